#include "base/repo_path.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using statelane::RepoPath;

TEST_CASE("two spellings of one place are one path") {
  CHECK(RepoPath::of("./a//b/../c/") == RepoPath::of("a/c"));
  CHECK(RepoPath::of(".").is_root());
}

TEST_CASE("a path never leaves the repository") {
  CHECK_FALSE(RepoPath::parse("../a"));
  CHECK_FALSE(RepoPath::parse("/a"));
  CHECK_THROWS_WITH_AS(RepoPath::of("../a"), "not a repository path: ../a", std::logic_error);
  CHECK_FALSE(RepoPath::of("a/b").resolve("../../../c"));
  CHECK(RepoPath::of("a/b").resolve("../../c") == RepoPath::of("c"));
}

TEST_CASE("a directory holds what lies below it, not what begins alike") {
  CHECK(RepoPath::of("a/b/c").is_within(RepoPath::of("a/b")));
  CHECK(RepoPath::of("a/b").is_within(RepoPath::of("a/b")));
  CHECK_FALSE(RepoPath::of("a/bc").is_within(RepoPath::of("a/b")));
  CHECK(RepoPath::of("a").is_within(RepoPath()));
}

TEST_CASE("the way from one directory to a path") {
  CHECK(statelane::relative_path(RepoPath::of("a/b"), RepoPath::of("a/c/d")) == "../c/d");
  CHECK(statelane::relative_path(RepoPath::of("a"), RepoPath::of("a")) == ".");
  CHECK(statelane::relative_path(RepoPath(), RepoPath::of("a/b")) == "a/b");
}
