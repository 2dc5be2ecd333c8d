#include "base/glob.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

using statelane::count_alternatives;
using statelane::globs_below;
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

TEST_CASE("patterns whose braces stand for too much match everything, at once") {
  std::string doubling;
  for (int brace = 0; brace < 60; ++brace) doubling += "{a,b}";
  std::string nested;
  for (int brace = 0; brace < 5'000; ++brace) nested += "{a,";
  nested += "b" + std::string(5'000, '}');
  std::string copying;
  for (int brace = 0; brace < 5'000; ++brace) copying += "{a}";
  for (const std::string& pattern : {doubling, nested, copying}) {
    CHECK(statelane::has_too_many_alternatives(pattern));
    CHECK(matches_glob(pattern, "x"));
  }
  // What nothing closes stands for nothing, and is not waited for either.
  CHECK(!statelane::has_too_many_alternatives(doubling + "{"));
  CHECK(!matches_glob(doubling + "{", "x"));
  CHECK(!matches_glob(std::string(1'000'000, '{'), "x"));
  std::string many = "{";
  for (int index = 0; index < 999; ++index) many += std::to_string(index) + ",";
  CHECK(!statelane::has_too_many_alternatives(many + "x}"));
  CHECK(matches_glob(many + "x}", "998"));
  CHECK(!matches_glob(many + "x}", "999"));
}

TEST_CASE("alternatives are counted up to a limit") {
  CHECK(count_alternatives("a/*", 10) == 1);
  CHECK(count_alternatives("{a,b}/{c,d,e}", 10) == 6);
  CHECK(count_alternatives("{a,b{c,d}}\\{,}", 10) == 3);
  CHECK(count_alternatives("{a,b}{", 10) == 0);
  CHECK(count_alternatives("{,}{}", 10) == 2);
  CHECK(count_alternatives("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}", 100) == 100);
}

TEST_CASE("a glob goes on below a directory") {
  using Globs = std::vector<std::string>;
  CHECK(globs_below("a/*/x.json", "a") == Globs{"*/x.json"});
  CHECK(globs_below("a/*/x.json", "a/b") == Globs{"x.json"});
  CHECK(globs_below("a/*/x.json", "b").empty());
  CHECK(globs_below("a/*", "a/b").empty());
  CHECK(globs_below("a/**/x.json", "a/b/c") == Globs{"**/x.json"});
  CHECK(globs_below("**/b/*", "b") == Globs{"*", "**/b/*"});
  CHECK(globs_below("{a,b}/{*,*/**/*}", "a/x") == Globs{"**/*"});
  CHECK(globs_below("a/*", "") == Globs{"a/*"});
}

TEST_CASE("what matches below a directory is what the globs that go on there match") {
  std::mt19937 random(11);
  const auto path = [&](const std::vector<std::string>& names, std::size_t most) {
    std::string result = names[random() % names.size()];
    for (std::size_t count = random() % most; count > 0; --count) result += "/" + names[random() % names.size()];
    return result;
  };
  const std::vector<std::string> components = {"a", "b", "*", "**", "a*", "{a,b}", "{a,b/*}", "[ab]", "x"};
  for (int round = 0; round < 20'000; ++round) {
    const std::string pattern = path(components, 4);
    const std::string directory = path({"a", "b", "x"}, 3);
    const std::string name = path({"a", "b", "x"}, 3);
    bool goes_on = false;
    for (const std::string& glob : globs_below(pattern, directory)) goes_on = goes_on || matches_glob(glob, name);
    CAPTURE(pattern);
    CAPTURE(directory);
    CAPTURE(name);
    CHECK(goes_on == matches_glob(pattern, directory + "/" + name));
  }
}
