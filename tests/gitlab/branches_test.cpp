#include "gitlab/branches.hpp"

#include <doctest/doctest.h>

#include "ask_ruby.hpp"
#include "gitlab/branch_condition.hpp"

using statelane::gitlab::apply_branches;
using statelane::gitlab::branch_condition;
using statelane::gitlab::is_apply_branch;

namespace {

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a state is applied on the branches that are configured, else on the default branch") {
  CHECK(apply_branches(std::nullopt, "main") == Names{"main"});
  CHECK(apply_branches(Names{"release/*"}, "main") == Names{"release/*"});
  CHECK(apply_branches(Names{}, "main").empty());
  CHECK(apply_branches(std::nullopt, "").empty());
}

TEST_CASE("a branch is one of them by its name or by a glob; a tag is none") {
  CHECK(is_apply_branch(Names{"main"}, "main"));
  CHECK_FALSE(is_apply_branch(Names{"main"}, "maine"));
  CHECK(is_apply_branch(Names{"release/*"}, "release/1"));
  CHECK_FALSE(is_apply_branch(Names{"release/*"}, "release/1/2"));
  CHECK(is_apply_branch(Names{"release/**"}, "release/1/2"));
  CHECK(is_apply_branch(Names{"**"}, "a/b"));
  CHECK(is_apply_branch(Names{"{main,stable-*}"}, "stable-2"));
  CHECK(is_apply_branch(Names{"a[b"}, "a[b"));
  CHECK_FALSE(is_apply_branch(Names{"**"}, ""));
  CHECK_FALSE(is_apply_branch(Names{}, "main"));
}

TEST_CASE("the condition of a static pipeline holds on the branches that a gate is for") {
  if (!has_ruby()) return;
  const Names globs = {"release/*", "release/**", "**", "v?.x", "{main,stable-*}", "[ab]/**"};
  const Names branches = {"release/1", "release/1/2", "release", "main", "v1.x", "stable-", "a/b", "b/c/d", "c/d"};
  std::string question;
  std::string expected;
  for (const std::string& glob : globs) {
    const std::string pattern = branch_condition(glob).value().substr(std::string("$CI_COMMIT_BRANCH =~ /").size());
    for (const std::string& branch : branches) {
      question += pattern.substr(0, pattern.size() - 1) + '\0' + branch + '\0';
      expected += is_apply_branch(Names{glob}, branch) ? '1' : '0';
    }
  }
  CHECK(ask_ruby("regexp", question) == expected);
}
