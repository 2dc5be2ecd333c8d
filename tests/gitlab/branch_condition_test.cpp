#include "gitlab/branch_condition.hpp"

#include <doctest/doctest.h>

#include "ask_ruby.hpp"
#include "base/glob.hpp"

using statelane::gitlab::branch_condition;

TEST_CASE("rule 20: a branch is named by a literal in the quotes that it does not hold") {
  CHECK(branch_condition("main") == R"($CI_COMMIT_BRANCH == "main")");
  CHECK(branch_condition("a\"b") == R"($CI_COMMIT_BRANCH == 'a"b')");
  CHECK_FALSE(branch_condition("a\"b'c"));
  CHECK_FALSE(branch_condition("a\nb"));
  CHECK_FALSE(branch_condition(""));
}

TEST_CASE("a glob of branches is a pattern") {
  CHECK(branch_condition("release/*") == R"($CI_COMMIT_BRANCH =~ /\Arelease\/[^\/]*\z/)");
  CHECK_FALSE(branch_condition("a{b"));
  CHECK_FALSE(branch_condition("a[b"));
  CHECK_FALSE(branch_condition("a*\nb"));
}

TEST_CASE("a pattern matches the branches that the glob matches") {
  if (!has_ruby()) return;
  const std::vector<std::string> globs = {"release/*", "**",      "**/x",           "a/**/b", "a.b*",
                                          "v?",        "{a,b}/*", "[ab]*",          "[!a]",   "[a-c]d",
                                          "x+(y)*",    "a\\*b",   "{main,re/**/x}", "a$*^|"};
  const std::vector<std::string> branches = {
      "release/1", "release/1/2", "release/", "x",   "y/x",  "a/b",  "a/x/y/b", "a.b",  "a.bc",
      "axbc",      "v1",          "v/",       "a/1", "b/1",  "c/1",  "abc",     "cd",   "d",
      "x+(y)",     "x+(y)z",      "a*b",      "axb", "main", "re/x", "re/a/x",  "a$^|", "a$b^|"};
  std::string question;
  std::string expected;
  for (const std::string& glob : globs) {
    const std::string condition = branch_condition(glob).value();
    const std::string pattern = condition.substr(std::string("$CI_COMMIT_BRANCH =~ /").size());
    for (const std::string& branch : branches) {
      question += pattern.substr(0, pattern.size() - 1) + '\0' + branch + '\0';
      expected += statelane::matches_glob(glob == "**" ? "**/*" : glob, branch) ? '1' : '0';
    }
  }
  CHECK(ask_ruby("regexp", question) == expected);
}
