#include "base/escape.hpp"

#include <doctest/doctest.h>

using namespace statelane;

TEST_CASE("a foreign text stays one line, and nothing in it is obeyed") {
  CHECK(escape_for_terminal("net/prod é") == "net/prod é");
  CHECK(escape_for_terminal("a\nstatelane: net is applied") == "a\\x0astatelane: net is applied");
  CHECK(escape_for_terminal("\x1b[0Ksection_end:1:x\r\x1b[0K") == "\\x1b[0Ksection_end:1:x\\x0d\\x1b[0K");
  CHECK(escape_for_terminal("\xC2\x9B\xE2\x80\xA8\xFF") == "\\x9b\\u{2028}\\xff");
}

TEST_CASE("a message keeps its lines, and none of them begins as one of our own") {
  CHECK(escape_lines("one\n  fix: two\n") == "one\n  fix: two\n");
  CHECK(escape_lines("one\nstatelane: net is applied\n\nhint: x") == "one\n  statelane: net is applied\n\n  hint: x");
  CHECK(escape_lines("a\r\n\x1b[31mb\ttab") == "a\\x0d\n  \\x1b[31mb\\x09tab");
}

TEST_CASE("a text is cut between characters") {
  CHECK(cut_text("abc", 3) == "abc");
  CHECK(cut_text("abcd", 3) == "abc...");
  CHECK(cut_text("\xC3\xA9\xC3\xA9\xC3\xA9", 2) == "\xC3\xA9\xC3\xA9...");
  CHECK(cut_text("\xFF\xFF", 1) == "\xFF...");
  CHECK(cut_text("", 0).empty());
}
