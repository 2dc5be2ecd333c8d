#include "repo/memory_tree.hpp"

#include <doctest/doctest.h>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "support/test_repo.hpp"

using statelane::ContentId;
using statelane::Error;
using statelane::RepoPath;
using statelane::repo::EntryKind;
using statelane::repo::MemoryTree;
using statelane::support::TestRepo;

namespace {

std::string hex(const ContentId& id) { return statelane::to_hex({reinterpret_cast<const char*>(id.bytes.data()), 20}); }

TestRepo::Files odd_files() {
  return {{RepoPath::of("main.tf"), {"a"}},
          {RepoPath::of("a/b.tf"), {"b"}},
          {RepoPath::of("a.b/c"), {"sorts between a and a/"}},
          {RepoPath::of("a-b"), {""}},
          {RepoPath::of("run.sh"), {"#!/bin/sh\n", EntryKind::executable}},
          {RepoPath::of("link"), {"a/b.tf", EntryKind::symlink}},
          {RepoPath::of("modules/sub"), {"1234567890123456789012345678901234567890", EntryKind::submodule}},
          {RepoPath::of("new\nline \"quoted\"\ttab"), {"x"}},
          {RepoPath::of("\xff\xfe/not utf-8"), {"y"}}};
}

}  // namespace

TEST_CASE("a tree in memory has git's own ids for every file and directory") {
  const TestRepo repo;
  const std::string commit = repo.commit_files(odd_files());
  const MemoryTree tree(odd_files());
  CHECK(hex(tree.content_id(RepoPath())) == repo.git({"rev-parse", commit + "^{tree}"}));
  for (const char* path : {"main.tf", "a", "a/b.tf", "a.b", "run.sh", "link", "modules", "modules/sub", "\xff\xfe"}) {
    CHECK(hex(tree.content_id(RepoPath::of(path))) == repo.git({"rev-parse", commit + ":" + path}));
  }
}

TEST_CASE("the empty tree in memory has git's id of the empty tree") {
  CHECK(hex(MemoryTree().content_id(RepoPath())) == "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
  CHECK(MemoryTree().list(RepoPath()).empty());
}

TEST_CASE("entries of a tree in memory are sorted as bytes and found by path") {
  const MemoryTree tree(odd_files());
  std::vector<std::string> names;
  for (const auto& entry : tree.list(RepoPath())) names.push_back(entry.name);
  const std::vector<std::string> sorted = {
      "a", "a-b", "a.b", "link", "main.tf", "modules", "new\nline \"quoted\"\ttab", "run.sh", "\xff\xfe"};
  CHECK(names == sorted);
  CHECK(tree.find(RepoPath())->kind == EntryKind::directory);
  CHECK(tree.find(RepoPath::of("modules/sub"))->kind == EntryKind::submodule);
  CHECK_FALSE(tree.find(RepoPath::of("a/missing")).has_value());
  CHECK_FALSE(tree.find(RepoPath::of("main.tf/below a file")).has_value());
  CHECK(tree.list(RepoPath::of("main.tf")).empty());
}

TEST_CASE("only files and links of a tree in memory can be read") {
  const MemoryTree tree(odd_files());
  CHECK(tree.read(RepoPath::of("link")) == "a/b.tf");
  CHECK_THROWS_AS(tree.read(RepoPath::of("a")), Error);
  CHECK_THROWS_AS(tree.read(RepoPath::of("modules/sub")), Error);
  CHECK_THROWS_WITH_AS(tree.read(RepoPath::of("no/file")), "cannot read no/file: no such file", Error);
}
