#include "base/utf8.hpp"

#include <doctest/doctest.h>

#include <string>

using statelane::first_utf8_character;
using statelane::is_valid_utf8;

TEST_CASE("a character of each length is read whole") {
  CHECK(first_utf8_character("a").value == U'a');
  CHECK(first_utf8_character("é!").value == U'é');
  CHECK(first_utf8_character("€").length == 3);
  CHECK(first_utf8_character("🚀").value == U'🚀');
}

TEST_CASE("the limits of UTF-8 are kept") {
  CHECK(is_valid_utf8("\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"));
  for (const std::string text : {"\x80", "\xC0\x80", "\xC1\xBF", "\xC2", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE2\x82",
                                 "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "a\xE9z"}) {
    CAPTURE(text);
    CHECK_FALSE(is_valid_utf8(text));
  }
  CHECK(first_utf8_character("").length == 0);
}
