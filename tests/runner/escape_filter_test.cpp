#include "runner/escape_filter.hpp"

#include <doctest/doctest.h>

using statelane::runner::EscapeFilter;
using statelane::runner::strip_escapes;

namespace {

/// In pieces of every size the answer is the same.
std::string keep_colours(std::string_view text) {
  std::string whole;
  EscapeFilter(EscapeFilter::Colours::kept).add(text, whole);
  for (std::size_t size = 1; size <= text.size(); ++size) {
    EscapeFilter filter(EscapeFilter::Colours::kept);
    std::string result;
    for (std::size_t at = 0; at < text.size(); at += size) filter.add(text.substr(at, size), result);
    CHECK(result == whole);
  }
  return whole;
}

}  // namespace

TEST_CASE("of all escapes only colours pass, and in plain text none") {
  CHECK(keep_colours("\x1b[1m\x1b[31;1mred\x1b[0m\n") == "\x1b[1m\x1b[31;1mred\x1b[0m\n");
  CHECK(strip_escapes("\x1b[1m\x1b[31;1mred\x1b[0m\n") == "red\n");
  CHECK(keep_colours("a\x1b[2J\x1b[1;1Hb\x1b]0;title\ac\x1b]8;;http://x\x1b\\d\x1b(Be\x1b") == "abcdBe");
  CHECK(keep_colours("tab\t bell\a back\b del\x7F zero") == "tab\t bell back del zero");
  CHECK(keep_colours("\xC3\xA9 \xC2\xA0 \xC2\x9B 31m \xE2\x94\x82") == "\xC3\xA9 \xC2\xA0  31m \xE2\x94\x82");
}

TEST_CASE("a section marker of a program is no section") {
  CHECK(keep_colours("\x1b[0Ksection_end:1:statelane_apply\r\x1b[0Kall is well\n") ==
        "section_end:1:statelane_apply\nall is well\n");
}

TEST_CASE("a carriage return ends a line, so that nothing is written over") {
  CHECK(keep_colours("10%\r20%\r\nend\r") == "10%\n20%\nend\n");
}

TEST_CASE("what does not end swallows its line at most") {
  CHECK(keep_colours("a\x1b]0;no end\nb\x1b[1;2\nc") == "a\nb\nc");
  CHECK(keep_colours("a\x1b[" + std::string(100, '1') + "mb").ends_with("1mb"));
}
