#include "emit/fold.hpp"

#include <doctest/doctest.h>

using statelane::emit::fold;
using statelane::emit::View;

TEST_CASE("a line that is too wide is broken at its blanks, and goes on below its beginning") {
  CHECK(fold("  one two three\nfour\n", View{.width = 9}) == "  one two\n    three\nfour\n");
  CHECK(fold("one  two", View{.width = 5}) == "one\n  two");
}

TEST_CASE("without a width nothing is broken, and a long word never is") {
  CHECK(fold("one two three", View{}) == "one two three");
  CHECK(fold("network/production changed", View{.width = 10}) == "network/production\n  changed");
}

TEST_CASE("the stems of a tree go on beside what is broken") {
  CHECK(fold("├─ read at x\n│  └─ y changed\n", View{.width = 10}) == "├─ read at\n│    x\n│  └─ y\n│       changed\n");
}

TEST_CASE("colours take no room, and stems have none") {
  CHECK(fold("├─ \x1b[33mone two\x1b[0m\n", View{.color = true, .width = 7}) ==
        "├─ \x1b[33mone\x1b[0m\n│    \x1b[33mtwo\x1b[0m\n");
  CHECK(fold("\x1b[1mone\x1b[0m  two", View{.color = true, .width = 8}) == "\x1b[1mone\x1b[0m  two");
}
