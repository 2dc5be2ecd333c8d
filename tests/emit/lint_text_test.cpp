#include <doctest/doctest.h>

#include "emit/lint.hpp"

using statelane::RepoPath;

TEST_CASE("what lint did not look at is told with its place, and what it looked at is counted") {
  statelane::lint::LintResult result;
  result.files = {RepoPath::of(".gitlab-ci.yml")};
  result.not_looked_at = {{RepoPath::of(".gitlab-ci.yml"), 3, "include: a\x1b[31m remote file"}};
  result.jobs = 2;
  result.states = {"a"};
  CHECK(statelane::emit::render_lint_text(result, false) ==
        ".gitlab-ci.yml:3: not looked at: include: a\\x1b[31m remote file\n"
        "nothing found in 1 file, 2 jobs and 1 state that they plan or apply\n");
}
