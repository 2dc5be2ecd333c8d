#include "repo/disk_tree.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "repo/object_id.hpp"
#include "repo/repository.hpp"
#include "support/test_repo.hpp"

using statelane::Error;
using statelane::RepoPath;
using statelane::repo::ChangeKind;
using statelane::repo::ChangeSet;
using statelane::repo::DiskTree;
using statelane::repo::EntryKind;
using statelane::repo::Repository;
using statelane::support::ScratchDirectory;
using statelane::support::TestRepo;

namespace fs = std::filesystem;

namespace {

std::vector<std::string> names_in(const statelane::repo::Tree& tree, std::string_view directory) {
  std::vector<std::string> names;
  for (const auto& entry : tree.list(RepoPath::of(directory))) names.push_back(entry.name);
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("the work tree is seen without git's and Terraform's own directories, at every level") {
  const ScratchDirectory scratch;
  for (const char* name :
       {".git/HEAD", ".terraform/providers/x", "a/.terraform/modules/y.tf", "a/.terraform.lock.hcl", "a/main.tf"}) {
    scratch.write(name, "x");
  }
  scratch.write("nested/.git/HEAD", "x");
  scratch.write("nested/main.tf", "x");
  scratch.write("linked/.git", "gitdir: elsewhere");
  const DiskTree tree(scratch.path());
  CHECK(names_in(tree, "") == Names{"a", "linked", "nested"});
  CHECK(names_in(tree, "a") == Names{".terraform.lock.hcl", "main.tf"});
  CHECK(names_in(tree, "a/.terraform").empty());
  CHECK(names_in(tree, ".git").empty());
  CHECK_FALSE(tree.find(RepoPath::of("a/.terraform/modules/y.tf")).has_value());
  CHECK(tree.find(RepoPath::of("nested"))->kind == EntryKind::submodule);
  CHECK(tree.find(RepoPath::of("linked"))->kind == EntryKind::submodule);
  CHECK(names_in(tree, "nested").empty());
  CHECK_THROWS_AS(tree.read(RepoPath::of("nested/main.tf")), Error);
}

TEST_CASE("links are entries with their target and are never followed") {
  const ScratchDirectory scratch;
  scratch.write("dir/main.tf", "content");
  fs::create_symlink("dir", scratch.path() / "link");
  fs::create_symlink("nowhere", scratch.path() / "broken");
  fs::create_symlink("self", scratch.path() / "self");
  const DiskTree tree(scratch.path());
  CHECK(tree.find(RepoPath::of("link"))->kind == EntryKind::symlink);
  CHECK(tree.read(RepoPath::of("link")) == "dir");
  CHECK(tree.read(RepoPath::of("broken")) == "nowhere");
  CHECK(tree.content_id(RepoPath::of("self")) == statelane::repo::blob_id("self"));
  CHECK(tree.list(RepoPath::of("link")).empty());
  CHECK_FALSE(tree.find(RepoPath::of("link/main.tf")).has_value());
  CHECK_THROWS_WITH_AS(tree.read(RepoPath::of("link/main.tf")), "cannot read link/main.tf: no such file", Error);
}

TEST_CASE("pipes and sockets are not there, and nothing waits for them") {
  const ScratchDirectory scratch;
  REQUIRE(::mkfifo((scratch.path() / "pipe").c_str(), 0600) == 0);
  const DiskTree tree(scratch.path());
  CHECK(tree.list(RepoPath()).empty());
  CHECK_THROWS_AS(tree.read(RepoPath::of("pipe")), Error);
}

TEST_CASE("names of any bytes, empty files and files of a megabyte are read as they are") {
  const ScratchDirectory scratch;
  const std::string large(1 << 20, 'l');
  scratch.write("\xff\xfe\n\"", "odd");
  scratch.write("empty", "");
  scratch.write("large", large);
  const DiskTree tree(scratch.path());
  CHECK(tree.read(RepoPath::of("\xff\xfe\n\"")) == "odd");
  CHECK(tree.read(RepoPath::of("empty")).empty());
  CHECK(tree.read(RepoPath::of("large")) == large);
}

TEST_CASE("paths that cannot be are missing, however long they are") {
  const ScratchDirectory scratch;
  scratch.write("file", "x");
  const DiskTree tree(scratch.path());
  std::string deep = "a";
  for (int depth = 0; depth < 200000; ++depth) deep += "/a";
  CHECK_FALSE(tree.find(RepoPath::of(deep)).has_value());
  CHECK_FALSE(tree.find(RepoPath::of("file/below")).has_value());
  CHECK(tree.content_id(RepoPath::of("file/below")).is_zero());
  CHECK(tree.content_id(RepoPath()).is_zero());
}

TEST_CASE("what cannot be read is an error with path and reason") {
  const ScratchDirectory scratch;
  CHECK_THROWS_WITH_AS(DiskTree(scratch.path() / "gone").list(RepoPath()), "cannot read .: No such file or directory",
                       Error);
  scratch.write("secret/main.tf", "x");
  scratch.write("hidden.tf", "x");
  if (::geteuid() == 0) {
    MESSAGE("nothing is unreadable for root: part of the test is skipped");
    return;
  }
  fs::permissions(scratch.path() / "secret", fs::perms::none);
  fs::permissions(scratch.path() / "hidden.tf", fs::perms::none);
  const DiskTree tree(scratch.path());
  CHECK_THROWS_WITH_AS(tree.list(RepoPath::of("secret")), "cannot read secret: Permission denied", Error);
  CHECK_THROWS_WITH_AS(tree.read(RepoPath::of("hidden.tf")), "cannot read hidden.tf: Permission denied", Error);
  fs::permissions(scratch.path() / "secret", fs::perms::owner_all);
}

TEST_CASE("the work tree of a fresh checkout differs from its commit in nothing") {
  const TestRepo repo;
  repo.write("a/main.tf", "a");
  repo.write_executable("run.sh", "#!/bin/sh\n");
  repo.symlink("a/link", "../run.sh");
  const Repository repository = Repository::open(repo.path());
  const std::string commit = repo.commit();
  const auto disk = repository.disk_tree();
  const auto tree = repository.commit_tree(commit);
  CHECK(diff_trees(tree.get(), disk.get()).empty());
  CHECK_THROWS_AS(Repository::open(repo.clone({"--bare"}).path()).disk_tree(), Error);
}
