#include <doctest/doctest.h>

#include "base/error.hpp"
#include "repo/object_id.hpp"
#include "repo/repository.hpp"
#include "support/test_repo.hpp"
#include "support/words_of_error.hpp"

using statelane::Error;
using statelane::RepoPath;
using statelane::repo::ChangeKind;
using statelane::repo::ChangeSet;
using statelane::repo::EntryKind;
using statelane::repo::FileChange;
using statelane::repo::Repository;
using statelane::support::TestRepo;
using statelane::support::words_of_error;

namespace {

/// `M path` lines, with `->link` and so on where a kind is not that of an ordinary file.
std::string summarise(const ChangeSet& changes) {
  std::string lines;
  for (const FileChange& change : changes) {
    const char* letter = change.kind == ChangeKind::added ? "A " : change.kind == ChangeKind::deleted ? "D " : "M ";
    std::string line = letter + change.path.str();
    if (change.kind != ChangeKind::deleted && change.after_kind == EntryKind::symlink) line += " link";
    if (change.kind != ChangeKind::deleted && change.after_kind == EntryKind::executable) line += " executable";
    if (change.kind != ChangeKind::deleted && change.after_kind == EntryKind::submodule) line += " submodule";
    lines += line + '\n';
  }
  return lines;
}

}  // namespace

TEST_CASE("staged, unstaged and untracked changes count, ignored ones do not") {
  const TestRepo repo;
  for (const char* name : {"changed.tf", "staged.tf", "gone.tf", "mode.sh", "kind.tf", "dir/below.tf", "untracked.tf",
                           "untracked same.tf", "same.tf"}) {
    repo.write(name, "before");
  }
  repo.write(".gitignore", "*.log\nignored/\n");
  const std::string base = repo.commit();
  CHECK(Repository::open(repo.path()).work_tree_changes(base).empty());
  repo.write("same.tf", "before");
  repo.write("changed.tf", "after");
  repo.write("staged.tf", "after");
  repo.write("staged new.tf", "new");
  repo.git({"add", "staged.tf", "staged new.tf"});
  repo.remove("gone.tf");
  repo.write_executable("mode.sh", "before");
  repo.remove("kind.tf");
  repo.symlink("kind.tf", "same.tf");
  repo.remove("dir");
  repo.write("dir", "now a file");
  repo.git({"rm", "--quiet", "--cached", "untracked.tf", "untracked same.tf"});
  repo.write_executable("untracked.tf", "before");
  repo.write("new\n\xff.tf", "new");
  repo.write("a.log", "ignored");
  repo.write("ignored/main.tf", "ignored");
  repo.write(".terraform/providers/main.tf", "not ours");
  repo.symlink("new link", "anywhere");
  const ChangeSet changes = Repository::open(repo.path()).work_tree_changes(base);
  CHECK(summarise(changes) ==
        "M changed.tf\n"
        "A dir\n"
        "D dir/below.tf\n"
        "D gone.tf\n"
        "M kind.tf link\n"
        "M mode.sh executable\n"
        "A new\n\xff.tf\n"
        "A new link link\n"
        "A staged new.tf\n"
        "M staged.tf\n"
        "M untracked.tf executable\n");
  CHECK(Repository::open(repo.path()).modified_files(base) ==
        std::vector{RepoPath::of("changed.tf"), RepoPath::of("mode.sh"), RepoPath::of("staged.tf")});
  CHECK(changes.front().before == statelane::repo::blob_id("before"));
  CHECK(changes.front().after.is_zero());
}

TEST_CASE("a repository inside the work tree is one added submodule, and its files are not listed") {
  const TestRepo repo;
  const std::string base = repo.commit();
  const TestRepo inner;
  inner.write("main.tf", "x");
  inner.commit();
  repo.git({"clone", "--quiet", inner.url(), "nested"});
  CHECK(summarise(Repository::open(repo.path()).work_tree_changes(base)) == "A nested submodule\n");
}

TEST_CASE("the base may be any commit, and the question may come from a hook or a subdirectory") {
  const TestRepo repo;
  repo.write("a/main.tf", "1");
  const std::string base = repo.commit();
  repo.write("a/main.tf", "2");
  repo.commit();
  repo.write("b/main.tf", "untracked");
  ::setenv("GIT_DIR", "/nonexistent", 1);
  ::setenv("GIT_INDEX_FILE", "/nonexistent/index", 1);
  const auto lines = summarise(Repository::open(repo.path() / "b").work_tree_changes(base));
  ::unsetenv("GIT_DIR");
  ::unsetenv("GIT_INDEX_FILE");
  CHECK(lines ==
        "M a/main.tf\n"
        "A b/main.tf\n");
}

TEST_CASE("split indexes, conflicts and linked work trees are git's business and work") {
  const TestRepo repo;
  repo.write("main.tf", "1");
  const std::string base = repo.commit();
  repo.branch("other");
  repo.write("main.tf", "2");
  repo.commit();
  repo.checkout("main");
  repo.write("main.tf", "3");
  repo.commit();
  repo.git({"update-index", "--split-index"});
  CHECK_THROWS(repo.merge("other"));
  CHECK(summarise(Repository::open(repo.path()).work_tree_changes(base)) == "M main.tf\n");
  const auto linked = repo.add_worktree("other");
  CHECK(summarise(Repository::open(linked).work_tree_changes(base)) == "M main.tf\n");
}

TEST_CASE("a bare repository and an unknown base are refused") {
  const TestRepo repo;
  const std::string base = repo.commit();
  CHECK_THROWS_WITH_AS(Repository::open(repo.clone({"--bare"}).path()).work_tree_changes(base),
                       "a bare repository has no work tree", Error);
  CHECK_THROWS_AS(Repository::open(repo.path()).work_tree_changes("0123456789012345678901234567890123456789"), Error);
}

TEST_CASE("an index that git cannot read is told with git's words") {
  const TestRepo repo;
  repo.write("main.tf", "1");
  repo.commit();
  statelane::support::write_file(repo.path() / ".git" / "index", "junk");
  CHECK(words_of_error([&] { Repository::open(repo.path()).index_tree(); }) ==
        "cannot ask git about the work tree: .git/index: index file smaller than expected\n"
        "hint: git status shows the same, and git's advice");
}
