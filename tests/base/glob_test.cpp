#include "base/glob.hpp"

#include <doctest/doctest.h>

#include <string>

using statelane::count_alternatives;
using statelane::matches_glob;

TEST_CASE("a star and a question mark stay within one component") {
  CHECK(matches_glob("a/*.tf", "a/main.tf"));
  CHECK(matches_glob("a/*", "a/.hidden"));
  CHECK(!matches_glob("a/*", "a/b/main.tf"));
  CHECK(!matches_glob("a?b", "a/b"));
  CHECK(matches_glob("a?b",
                     "a\xC3\xA9"
                     "b"));
}

TEST_CASE("two stars span components only with a slash behind them") {
  CHECK(matches_glob("**/*", "main.tf"));
  CHECK(matches_glob("a/**/*", "a/b/c/main.tf"));
  CHECK(matches_glob("a/**/b/**/c", "a/x/b/b/y/c"));
  CHECK(!matches_glob("a/**", "a/b/c"));
  CHECK(!matches_glob("a/**/*", "ab/c"));
}

TEST_CASE("brackets, braces and escapes are Ruby's") {
  CHECK(matches_glob("[a-c]x", "bx"));
  CHECK(!matches_glob("[^a-c]x", "bx"));
  CHECK(matches_glob("{a,b{c,d}}/x", "bd/x"));
  CHECK(!matches_glob("{a", "{a"));
  CHECK(matches_glob("\\{a\\*", "{a*"));
  CHECK(matches_glob("\\", ""));
  CHECK(!matches_glob("\\", "\\"));
}

TEST_CASE("what Ruby raises on does not match") {
  CHECK(!matches_glob(std::string("a\0*", 3), "a"));
  CHECK(!matches_glob("[a-z]", "\xFF"));
  CHECK(!matches_glob("\xFF", "\xFF"));
}

TEST_CASE("alternatives are counted up to a limit") {
  CHECK(count_alternatives("a/*", 10) == 1);
  CHECK(count_alternatives("{a,b}/{c,d,e}", 10) == 6);
  CHECK(count_alternatives("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}", 100) == 100);
}
