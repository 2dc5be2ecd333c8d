#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <set>

#include "repo/object_id.hpp"
#include "repo/repository.hpp"
#include "support/test_repo.hpp"
#include "support/words_of_error.hpp"

using statelane::RepoPath;
using statelane::repo::ChangeSet;
using statelane::repo::EntryKind;
using statelane::repo::Repository;
using statelane::repo::Tree;
using statelane::support::ask_git;
using statelane::support::run_git;
using statelane::support::TestRepo;
using statelane::support::words_of_error;
using statelane::support::write_file;

namespace fs = std::filesystem;

namespace {

/// 30 commits on main, a branch merged back, odd names, an executable, a link.
const TestRepo& source() {
  static const TestRepo repo = [] {
    TestRepo made;
    for (int index = 1; index <= 30; ++index) {
      made.write("stacks/a/main.tf", "# " + std::to_string(index) + "\n");
      if (index % 3 == 0) made.write("modules/m/main.tf", "# " + std::to_string(index) + "\n");
      if (index == 1) {
        made.write("stacks/b/main.tf", "b\n");
        made.write("stacks/a/sp ace \xc3\xbc.tf", "x");
        made.symlink("stacks/b/link", "../../modules/m");
        made.write_executable("run.sh", "#!/bin/sh\n");
      }
      made.commit("c" + std::to_string(index));
      if (index == 25) made.git({"branch", "feat"});
    }
    made.checkout("feat");
    made.write("stacks/b/new.tf", "feat\n");
    made.commit("feat1");
    made.git({"mv", "stacks/b/main.tf", "stacks/b/renamed.tf"});
    made.commit("feat2");
    made.checkout("main");
    made.merge("feat");
    made.tag("v1");
    return made;
  }();
  return repo;
}

/// `kind path content` of all below a directory, in git's words.
void collect(const Tree& tree, const RepoPath& directory, std::set<std::string>& lines) {
  for (const auto& entry : tree.list(directory)) {
    const RepoPath path = directory.child(entry.name);
    if (entry.kind == EntryKind::directory) {
      collect(tree, path, lines);
      continue;
    }
    const char* mode = entry.kind == EntryKind::symlink      ? "120000 blob "
                       : entry.kind == EntryKind::executable ? "100755 blob "
                       : entry.kind == EntryKind::submodule  ? "160000 commit "
                                                             : "100644 blob ";
    const std::size_t size = entry.id.bytes[31] == 0 && entry.id.bytes[30] == 0 ? 20 : 32;
    lines.insert(mode + statelane::repo::object_digits(entry.id, size) + "\t" + path.str());
    if (entry.kind != EntryKind::submodule) CHECK(tree.size(path) == tree.read(path).size());
  }
}

std::set<std::string> git_lines(const fs::path& directory, const std::string& commit) {
  const std::string out = run_git(directory, {"ls-tree", "-r", "-z", commit});
  std::set<std::string> lines;
  for (std::size_t begin = 0; begin < out.size();) {
    const std::size_t end = std::min(out.find('\0', begin), out.size());
    lines.insert(out.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

/// Every question that needs no history deeper than the clone has: git's answer is ours.
void check_tree(const fs::path& directory) {
  CAPTURE(directory.string());
  const Repository repository = Repository::open(directory);
  const std::string head = run_git(directory, {"rev-parse", "HEAD"});
  CHECK(repository.resolve("HEAD") == head);
  const auto tree = repository.commit_tree(head);
  std::set<std::string> lines;
  collect(*tree, RepoPath(), lines);
  CHECK(lines == git_lines(directory, head));
  const auto branch = ask_git(directory, {"symbolic-ref", "--quiet", "--short", "HEAD"});
  CHECK(repository.current_branch().value_or("") == branch.out.substr(0, branch.out.find('\n')));
  CHECK(repository.is_shallow() == (run_git(directory, {"rev-parse", "--is-shallow-repository"}) == "true"));
  CHECK(repository.work_tree().has_value() == (run_git(directory, {"rev-parse", "--is-bare-repository"}) == "false"));
}

/// Both parents of the merge at HEAD, their merge base, ancestry and the change list.
void check_history(const fs::path& directory) {
  CAPTURE(directory.string());
  const Repository repository = Repository::open(directory);
  const std::string head = run_git(directory, {"rev-parse", "HEAD"});
  const std::string first = run_git(directory, {"rev-parse", "HEAD^1"});
  const std::string second = run_git(directory, {"rev-parse", "HEAD^2"});
  CHECK(repository.first_parent(head) == first);
  CHECK(repository.merge_base(first, second) == run_git(directory, {"merge-base", first, second}));
  CHECK(repository.is_ancestor(second, head));
  CHECK(repository.is_ancestor(head, head));
  CHECK_FALSE(repository.is_ancestor(head, second));
  const auto before = repository.commit_tree(first);
  const auto after = repository.commit_tree(head);
  std::string expected = run_git(directory, {"diff-tree", "-r", "--no-renames", "--name-only", "-z", first, head});
  std::string ours;
  for (const auto& change : statelane::repo::diff_trees(before.get(), after.get())) ours += change.path.str() + '\0';
  CHECK(ours == expected);
}

constexpr const char* deepen =
    "\nhint: shallow clone: set GIT_DEPTH: \"0\" in the job, or run git fetch --deepen=N (or --unshallow)";

std::string short_id(const std::string& commit) { return commit.substr(0, 12); }

}  // namespace

TEST_CASE("full, mirrored, shared, packed and linked clones give git's answers") {
  check_tree(source().path());
  check_history(source().path());
  const TestRepo bare = source().clone({"--bare"});
  check_tree(bare.path());
  check_history(bare.path());
  const TestRepo shared = source().clone({"--shared"});
  check_tree(shared.path());
  check_history(shared.path());
  const TestRepo packed = source().clone();
  packed.git({"pack-refs", "--all"});
  packed.git({"gc", "--quiet"});
  packed.git({"commit-graph", "write", "--reachable"});
  packed.git({"multi-pack-index", "write"});
  check_tree(packed.path());
  check_history(packed.path());
  const fs::path linked = packed.add_worktree("HEAD");
  check_tree(linked);
  check_history(linked);
  CHECK(Repository::open(linked / "stacks" / "a").work_tree() == linked);
}

TEST_CASE("a git directory that does not say whether it is bare is bare as git has it, by its name") {
  const TestRepo bare = source().clone({"--bare"});
  bare.git({"config", "--unset", "core.bare"});
  check_tree(bare.path());
  CHECK_FALSE(Repository::open(bare.path()).work_tree().has_value());
  const TestRepo ordinary = source().clone();
  ordinary.git({"config", "--unset", "core.bare"});
  CHECK(Repository::open(ordinary.path()).work_tree() == ordinary.path());
  CHECK(Repository::open(ordinary.path() / "stacks").work_tree() == ordinary.path());
  const fs::path linked = ordinary.add_worktree("HEAD");
  CHECK(Repository::open(linked).work_tree() == linked);
}

TEST_CASE("a shallow clone answers what git answers, and says how to deepen for the rest") {
  const TestRepo shallow = source().clone({"--depth=1"});
  check_tree(shallow.path());
  const Repository repository = Repository::open(shallow.path());
  const std::string head = repository.resolve("HEAD");
  CHECK(words_of_error([&] { repository.first_parent(head); }) ==
        fmt::format("the first parent of {} is not here: {}", head, source().git({"rev-parse", "HEAD^1"})) + deepen);
  CHECK(words_of_error([&] { repository.resolve("HEAD~1"); }) == std::string("unknown revision \"HEAD~1\"") + deepen);
  const std::string early = source().git({"rev-parse", "HEAD~3"});
  CHECK(words_of_error([&] { repository.is_ancestor(early, head); }) ==
        fmt::format("cannot read commit {}: object {} is not in this repository", early, early) + deepen);
  CHECK_FALSE(repository.find_commit(early).has_value());
}

TEST_CASE("a merge base within a shallow clone's depth is found, one beyond it is refused") {
  const TestRepo deep = source().clone({"--depth=20", "--no-single-branch"});
  check_tree(deep.path());
  check_history(deep.path());
  const TestRepo cut = source().clone({"--depth=3", "--no-single-branch"});
  check_tree(cut.path());
  const Repository repository = Repository::open(cut.path());
  const std::string first = cut.git({"rev-parse", "HEAD^1"});
  const std::string second = cut.git({"rev-parse", "HEAD^2"});
  CHECK(ask_git(cut.path(), {"merge-base", first, second}).status.value == 1);
  CHECK(words_of_error([&] { repository.merge_base(first, second); }) ==
        fmt::format("the merge base of {} and {} is not in this shallow clone", short_id(first), short_id(second)) +
            deepen);
  CHECK(words_of_error([&] { repository.is_ancestor(first, second); }) ==
        fmt::format("cannot tell in this shallow clone whether {} is an ancestor of {}", short_id(first),
                    short_id(second)) +
            deepen);
  CHECK(repository.merge_base(second, cut.git({"rev-parse", "HEAD"})) == second);
}

TEST_CASE("a runner's clone, one commit fetched by its id and no branch, gives git's answers") {
  const TestRepo runner;
  const std::string tip = source().git({"rev-parse", "main"});
  runner.git({"remote", "add", "origin", source().url()});
  runner.git({"fetch", "--quiet", "--depth", "20", "origin", "+" + tip + ":refs/pipelines/1"});
  runner.git({"checkout", "--quiet", "--detach", "refs/pipelines/1"});
  check_tree(runner.path());
  check_history(runner.path());
  const Repository repository = Repository::open(runner.path());
  CHECK_FALSE(repository.current_branch().has_value());
  const std::string early = source().git({"rev-parse", "HEAD~28"});
  CHECK_FALSE(repository.find_commit(early).has_value());
  CHECK(repository.fetch_commit(early, std::chrono::seconds(60)));
  CHECK(repository.commit_tree(early)->find(RepoPath::of("stacks/a/main.tf")).has_value());
  CHECK(repository.remote_branch_tip("main", std::chrono::seconds(60)) == tip);
  CHECK_FALSE(repository.remote_branch_tip("gone", std::chrono::seconds(60)).has_value());
}

TEST_CASE("what cannot be fetched has the reason and the remedy") {
  const TestRepo cut = source().clone({"--depth=1"});
  const Repository repository = Repository::open(cut.path());
  const auto minute = std::chrono::seconds(60);
  const std::string id(40, '1');
  CHECK(repository.fetch_commit(id, minute).why_not == "origin does not have it");
  CHECK(repository.fetch_commit("main", minute).why_not == "\"main\" is no commit id");
  const std::string tree = source().git({"rev-parse", "HEAD~3^{tree}"});
  CHECK(repository.fetch_commit(tree, minute).why_not == "what origin has under this id is no commit");
  CHECK(repository.deepen({cut.git({"rev-parse", "HEAD"})}, 0, minute));
  cut.git({"fetch", "--quiet", "--depth=1", "origin", "HEAD"});
  cut.git({"remote", "set-url", "origin", "file:///nonexistent"});
  CHECK(words_of_error([&] { repository.remote_branch_tip("main", minute); }) ==
        "cannot ask origin for the branch main: '/nonexistent' does not appear to be a git repository\n"
        "hint: git ls-remote origin shows the same");
}

TEST_CASE("a remote that is as shallow as the clone has no more of the history") {
  const TestRepo upstream = source().clone({"--depth=1"});
  const TestRepo cut = upstream.clone({"--depth=1"});
  const Repository repository = Repository::open(cut.path());
  CHECK(repository.deepen({cut.git({"rev-parse", "HEAD"})}, 50, std::chrono::seconds(60)).why_not ==
        "origin has no more of the history");
}

TEST_CASE("fetching one commit into a full clone leaves it a full one") {
  TestRepo upstream = source().clone();
  const TestRepo full = upstream.clone();
  upstream.write("later.tf", "later\n");
  const std::string later = upstream.commit();
  const Repository repository = Repository::open(full.path());
  CHECK(repository.fetch_commit(later, std::chrono::seconds(60)));
  CHECK_FALSE(repository.is_shallow());
  CHECK(repository.first_parent(later) == full.git({"rev-parse", "HEAD"}));
  CHECK_FALSE(repository.fetch_commit("0123456789012345678901234567890123456789", std::chrono::seconds(60)));
  CHECK_FALSE(repository.fetch_commit("--upload-pack=false", std::chrono::seconds(60)));
}

TEST_CASE("in partial clones what is missing is fetched") {
  check_tree(source().clone({"--filter=blob:none"}).path());
  check_history(source().clone({"--filter=blob:none"}).path());
  check_tree(source().clone({"--filter=blob:none", "--no-checkout"}).path());
  check_tree(source().clone({"--filter=tree:0", "--no-checkout"}).path());
  check_tree(source().clone({"--depth=1", "--filter=blob:none", "--no-checkout"}).path());
}

TEST_CASE("a partial clone whose remote is gone says which object, which remote and what to do") {
  const TestRepo partial = source().clone({"--filter=blob:none", "--no-checkout"});
  partial.git({"remote", "set-url", "origin", "file:///nonexistent"});
  const Repository repository = Repository::open(partial.path());
  const auto tree = repository.commit_tree(repository.resolve("HEAD"));
  const std::string id = source().git({"rev-parse", "HEAD:stacks/a/main.tf"});
  CHECK(words_of_error([&] { tree->read(RepoPath::of("stacks/a/main.tf")); }) ==
        fmt::format("cannot read stacks/a/main.tf of commit {}: object {}: '/nonexistent' does not appear to be a git "
                    "repository\nhint: partial clone: \"origin\" must be reachable, or clone without --filter",
                    short_id(source().git({"rev-parse", "HEAD"})), id));
}

TEST_CASE("sparse checkouts of each kind give git's answers") {
  const TestRepo cone = source().clone({"--sparse"});
  cone.git({"sparse-checkout", "set", "stacks/a"});
  const TestRepo patterns = source().clone({"--no-checkout"});
  patterns.git({"sparse-checkout", "set", "--no-cone", "/stacks/b/*.tf"});
  patterns.git({"checkout", "--quiet"});
  const TestRepo sparse_index = source().clone();
  sparse_index.git({"sparse-checkout", "set", "--cone", "--sparse-index", "stacks/a"});
  for (const TestRepo* repo : {&cone, &patterns, &sparse_index}) {
    check_tree(repo->path());
    check_history(repo->path());
    const Repository repository = Repository::open(repo->path());
    const std::string head = repo->git({"rev-parse", "HEAD"});
    CHECK(repository.work_tree_changes(head).empty());
    CHECK_FALSE(fs::exists(repo->path() / "modules" / "m" / "main.tf"));
    // What was left out is no deletion.
    const auto disk = repository.disk_tree();
    const auto tree = repository.commit_tree(head);
    CHECK(diff_trees(tree.get(), disk.get()).empty());
    CHECK(disk->read(RepoPath::of("modules/m/main.tf")) == "# 30\n");
  }
  cone.write("stacks/a/new.tf", "new");
  cone.write("modules/m/main.tf", "on disk all the same");
  const auto disk = Repository::open(cone.path()).disk_tree();
  CHECK(disk->read(RepoPath::of("stacks/a/new.tf")) == "new");
  CHECK(disk->read(RepoPath::of("modules/m/main.tf")) == "on disk all the same");
  CHECK(disk->find(RepoPath::of("stacks/b/link"))->kind == EntryKind::symlink);
}

TEST_CASE("a file that sparse checkout left out and nobody has is named with the index") {
  const TestRepo repo;
  repo.write("a/main.tf", "a");
  repo.write("b/main.tf", "b");
  repo.commit();
  repo.git({"sparse-checkout", "set", "a"});
  const std::string id = repo.git({"rev-parse", "HEAD:b/main.tf"});
  fs::remove(repo.path() / ".git" / "objects" / id.substr(0, 2) / id.substr(2));
  const Repository repository = Repository::open(repo.path());
  const std::string words = fmt::format(
      "cannot read b/main.tf of the index: object {} is not in this repository\n"
      "hint: git fsck tells what is damaged or missing",
      id);
  CHECK(words_of_error([&] { repository.disk_tree()->read(RepoPath::of("b/main.tf")); }) == words);
  const auto index = repository.index_tree();
  CHECK(words_of_error([&] { index->read(RepoPath::of("b/main.tf")); }) == words);
  CHECK(words_of_error([&] { index->read(RepoPath::of("b")); }) == "cannot read b of the index: no such file");
}

TEST_CASE("submodules are entries with their commit, initialised or not") {
  const TestRepo inner;
  inner.write("main.tf", "m\n");
  inner.commit();
  const TestRepo outer = source().clone();
  outer.git({"submodule", "--quiet", "add", inner.url(), "modules/sub"});
  outer.commit("add submodule");
  check_tree(outer.path());
  const TestRepo bare_of_it = outer.clone();
  check_tree(bare_of_it.path());
  CHECK(Repository::open(outer.path()).work_tree_changes(outer.git({"rev-parse", "HEAD"})).empty());
  const Repository in_submodule = Repository::open(outer.path() / "modules" / "sub");
  CHECK(in_submodule.work_tree() == outer.path() / "modules" / "sub");
  const auto disk = Repository::open(outer.path()).disk_tree();
  CHECK(disk->find(RepoPath::of("modules/sub"))->kind == EntryKind::submodule);
}

TEST_CASE("a SHA-256 repository works through the git program") {
  const TestRepo repo({"--object-format=sha256"});
  repo.write("stacks/a/main.tf", "a\n");
  repo.commit();
  repo.branch("feat");
  repo.write("stacks/a/other.tf", "b\n");
  repo.commit();
  repo.checkout("main");
  repo.write("stacks/a/main.tf", "c\n");
  repo.commit();
  repo.merge("feat");
  check_tree(repo.path());
  check_history(repo.path());
  const Repository repository = Repository::open(repo.path() / "stacks");
  CHECK(repository.work_tree() == repo.path());
  CHECK_FALSE(repository.find_commit("HEAD~1..HEAD").has_value());
  CHECK_FALSE(repository.find_commit("--all").has_value());
  CHECK(words_of_error([&] { repository.resolve("mian"); }) ==
        "unknown revision \"mian\"\nhint: did you mean \"main\"?");
  repo.write("stacks/a/new.tf", "new\n");
  CHECK(repository.work_tree_changes(repository.resolve("HEAD")).size() == 1);
}

TEST_CASE("an explicit SHA-1 object format and extensions that change no objects are no obstacle") {
  const TestRepo repo = source().clone();
  repo.git({"config", "core.repositoryformatversion", "1"});
  repo.git({"config", "extensions.objectFormat", "sha1"});
  repo.git({"config", "extensions.worktreeConfig", "true"});
  check_tree(repo.path());
  check_history(repo.path());
}

TEST_CASE("an unborn branch has no commit and an orphan has no common ancestor") {
  const TestRepo unborn;
  const Repository empty = Repository::open(unborn.path());
  CHECK_FALSE(empty.find_commit("HEAD").has_value());
  CHECK_FALSE(empty.current_branch().has_value());
  const TestRepo orphan = source().clone();
  const std::string old = orphan.git({"rev-parse", "HEAD"});
  orphan.git({"checkout", "--quiet", "--orphan", "new"});
  const std::string fresh = orphan.commit("orphan");
  const Repository repository = Repository::open(orphan.path());
  CHECK_FALSE(repository.merge_base(old, fresh).has_value());
  CHECK_FALSE(repository.is_ancestor(old, fresh));
  CHECK_FALSE(repository.first_parent(fresh).has_value());
}

TEST_CASE("a repository of another owner is read") {
  if (::geteuid() != 0) {
    MESSAGE("only root can give files away: skipped");
    return;
  }
  const TestRepo foreign = source().clone();
  const TestRepo foreign_format({"--object-format=sha256"});
  foreign_format.commit();
  for (const TestRepo* repo : {&foreign, &foreign_format}) {
    for (const auto& entry : fs::recursive_directory_iterator(repo->path())) {
      REQUIRE(::lchown(entry.path().c_str(), 65534, 65534) == 0);
    }
    REQUIRE(::lchown(repo->path().c_str(), 65534, 65534) == 0);
    check_tree(repo->path());
  }
  check_history(foreign.path());
}

TEST_CASE("what is no repository is refused with the remedy") {
  const statelane::support::ScratchDirectory nothing;
  const auto open = [&](const char* name) { return words_of_error([&] { Repository::open(nothing.path() / name); }); };
  const auto place = [&](const char* name) { return (nothing.path() / name).string(); };
  const char* remedy = "\nhint: run statelane inside the infrastructure repository, or name it with -C DIR";
  CHECK(open("") == fmt::format("{} is not in a git repository", place("")) + remedy);
  CHECK(open("absent") ==
        fmt::format("cannot open the git repository at {0}: failed to resolve path '{0}': No such file or directory; "
                    "git: cannot change to '{0}': No such file or directory\n"
                    "hint: git -C {0} status shows the same",
                    place("absent")));
  nothing.write("broken/.git", "junk");
  CHECK(open("broken") ==
        fmt::format("cannot open the git repository at {0}: the `.git` file at '{0}/.git' is malformed; "
                    "git: invalid gitfile format: {0}/.git\n"
                    "hint: git -C {0} status shows the same",
                    place("broken")));
  nothing.write("dangling/.git", "gitdir: /nonexistent\n");
  CHECK(open("dangling") ==
        fmt::format("cannot open the git repository at {0}: failed to resolve path '/nonexistent': No such file or "
                    "directory; git: not a git repository: /nonexistent\n"
                    "hint: git -C {0} status shows the same",
                    place("dangling")));
}

TEST_CASE("revisions are found as git finds them") {
  const TestRepo repo = source().clone();
  repo.git({"branch", "ab/cd"});
  const Repository repository = Repository::open(repo.path());
  for (const std::string revision :
       {"HEAD", "HEAD~3", "HEAD^2", "main", "v1", "origin/main", "ab/cd", "@", "origin/feat~1"}) {
    CHECK(repository.resolve(revision) == repo.git({"rev-parse", revision + "^{commit}"}));
  }
  CHECK(repository.resolve(repo.git({"rev-parse", "--short=8", "HEAD"})) == repo.git({"rev-parse", "HEAD"}));
  for (const char* none :
       {"", "a..b", "HEAD~3..HEAD", "nothing", "HEAD^9", "-x", "0123456789012345678901234567890123456789"}) {
    CHECK_FALSE(repository.find_commit(none).has_value());
  }
  const auto resolve = [&](const char* revision) { return words_of_error([&] { repository.resolve(revision); }); };
  CHECK(resolve("feat") == "unknown revision \"feat\"\nhint: did you mean \"origin/feat\"?");
  CHECK(resolve("HEAD:stacks") ==
        "unknown revision \"HEAD:stacks\": it names a tree, no commit\n"
        "hint: git log --oneline -5 shows commits that are here");
  CHECK(words_of_error([&] { repository.commit_tree("nonsense"); }) == "\"nonsense\" is no commit id");
}

TEST_CASE("a short id that several objects have is told so") {
  const TestRepo repo;
  TestRepo::Files files;
  for (int index = 0; index < 2000; ++index) files[RepoPath::of(fmt::format("{}.tf", index))] = {fmt::to_string(index)};
  repo.commit_files(files);
  std::set<std::string> prefixes;
  std::string twice;
  for (const auto& [path, file] : files) {
    const std::string prefix = statelane::repo::object_digits(statelane::repo::blob_id(file.content), 20).substr(0, 4);
    if (!prefixes.insert(prefix).second) twice = prefix;
  }
  CHECK(words_of_error([&] { Repository::open(repo.path()).resolve(twice); }) ==
        fmt::format("unknown revision \"{}\": several ids begin with it, so give more digits\n"
                    "hint: git log --oneline -5 shows commits that are here",
                    twice));
}
