#include "base/line_diff.hpp"

#include <doctest/doctest.h>

#include <string>

using statelane::render_line_diff;

TEST_CASE("equal texts have no difference") {
  CHECK(render_line_diff("", "", 10).empty());
  CHECK(render_line_diff("a\nb\n", "a\nb\n", 10).empty());
}

TEST_CASE("lines that differ are shown with their place, in their order") {
  CHECK(render_line_diff("a\nb\nc\nd\ne\n", "a\nx\nc\nd\ne\nf\n", 10) ==
        "@@ line 2\n-b\n+x\n"
        "@@ line 6\n+f\n");
  CHECK(render_line_diff("a\nb\n", "", 10) == "@@ line 1\n-a\n-b\n");
  CHECK(render_line_diff("", "a\n", 10) == "@@ line 1\n+a\n");
}

TEST_CASE("a long difference is cut and counted") {
  CHECK(render_line_diff("a\nb\nc\n", "", 2) == "@@ line 1\n-a\n-b\n… and 1 more lines differ\n");
}

TEST_CASE("a missing line break at the end is a difference") {
  CHECK(render_line_diff("a\n", "a", 10) == "only the end of the last line differs\n");
}

TEST_CASE("very different texts are compared in bounded memory") {
  std::string left;
  std::string right;
  for (int number = 0; number < 5000; ++number) {
    left += "l" + std::to_string(number) + "\n";
    right += "r" + std::to_string(number) + "\n";
  }
  CHECK(render_line_diff(left, right, 1).find("… and 9999 more lines differ") != std::string::npos);
}
