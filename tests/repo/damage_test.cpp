#include <doctest/doctest.h>

#include <fmt/format.h>

#include <chrono>
#include <map>
#include <mutex>
#include <thread>

#include "base/error.hpp"
#include "repo/cat_file.hpp"
#include "repo/change_set.hpp"
#include "repo/disk_tree.hpp"
#include "repo/git_library.hpp"
#include "repo/loose_objects.hpp"
#include "repo/object_store.hpp"
#include "repo/repository.hpp"
#include "support/test_repo.hpp"
#include "support/words_of_error.hpp"

using statelane::RepoPath;
using statelane::repo::CatFile;
using statelane::repo::EntryKind;
using statelane::repo::parse_tree;
using statelane::repo::Repository;
using statelane::support::read_file;
using statelane::support::run_git;
using statelane::support::TestRepo;
using statelane::support::words_of_error;
using statelane::support::write_file;

namespace fs = std::filesystem;

namespace {

fs::path loose_file(const TestRepo& repo, const std::string& id) {
  return repo.path() / ".git" / "objects" / id.substr(0, 2) / id.substr(2);
}

/// Bytes that deflate badly, so that a part of the file is a part of them.
std::string noise() {
  std::string text;
  unsigned value = 1;
  for (int index = 0; index < 3000; ++index) text += static_cast<char>((value = value * 1103515245 + 12345) >> 16);
  return text;
}

std::string unreadable(const std::string& commit, const std::string& id, const std::string& fault) {
  return fmt::format("cannot read main.tf of commit {}: object {}: the loose object cannot be read: {}",
                     commit.substr(0, 12), id, fault);
}

constexpr const char* fsck_hint = "\nhint: git fsck tells what is damaged or missing";

/// A zlib stream that holds the bytes as they are.
std::string deflate_stored(const std::string& bytes) {
  const auto size = static_cast<unsigned>(bytes.size());
  std::string stream = "\x78\x01\x01";
  for (const unsigned number : {size, ~size}) {
    stream += static_cast<char>(number);
    stream += static_cast<char>(number >> 8);
  }
  stream += bytes;
  unsigned low = 1;
  unsigned high = 0;
  for (const char byte : bytes) {
    low = (low + static_cast<unsigned char>(byte)) % 65521;
    high = (high + low) % 65521;
  }
  for (const unsigned number : {high >> 8, high, low >> 8, low}) stream += static_cast<char>(number);
  return stream;
}

void replace_object(const TestRepo& repo, const std::string& id, const std::string& bytes) {
  fs::permissions(loose_file(repo, id), fs::perms::owner_all);
  write_file(loose_file(repo, id), bytes);
}

/// PATH as it is within the scope.
class PathVariable {
 public:
  explicit PathVariable(const std::string& path) : before_(std::getenv("PATH")) { ::setenv("PATH", path.c_str(), 1); }
  PathVariable(const PathVariable&) = delete;
  PathVariable& operator=(const PathVariable&) = delete;
  ~PathVariable() { ::setenv("PATH", before_.c_str(), 1); }

 private:
  std::string before_;
};

}  // namespace

TEST_CASE("an object file that is cut off anywhere is an error and never a hang") {
  const TestRepo repo;
  repo.write("main.tf", noise());
  const std::string commit = repo.commit();
  const std::string id = repo.git({"rev-parse", "HEAD:main.tf"});
  const std::string whole = read_file(loose_file(repo, id));
  for (const std::size_t kept :
       {std::size_t{0}, std::size_t{1}, std::size_t{10}, std::size_t{100}, whole.size() - 5, whole.size() - 1}) {
    replace_object(repo, id, whole.substr(0, kept));
    const auto begin = std::chrono::steady_clock::now();
    const Repository repository = Repository::open(repo.path());
    const auto tree = repository.commit_tree(commit);
    const std::string words = words_of_error([&] { tree->read(RepoPath::of("main.tf")); });
    // git says nothing of a file whose header it cannot read.
    const std::string git_words = kept < 100 ? "" : fmt::format("; unable to stream {} to stdout", id);
    CHECK(words == unreadable(commit, id, "its file is cut off" + git_words) + fsck_hint);
    CHECK_FALSE(repository.find_commit(id.substr(0, 8)).has_value());
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
  }
  replace_object(repo, id, whole);
  CHECK(Repository::open(repo.path()).commit_tree(commit)->read(RepoPath::of("main.tf")) == noise());
}

TEST_CASE("a cut off object of an alternate is an error too") {
  const TestRepo donor;
  donor.write("main.tf", noise());
  const std::string commit = donor.commit();
  const TestRepo shared = donor.clone({"--shared"});
  const TestRepo relative = shared.clone({"--shared"});
  const auto alternates = statelane::repo::read_alternates(relative.path() / ".git" / "objects");
  CHECK(alternates.size() == 2);
  const std::string id = donor.git({"rev-parse", "HEAD:main.tf"});
  replace_object(donor, id, read_file(loose_file(donor, id)).substr(0, 50));
  for (const TestRepo* repo : {&shared, &relative}) {
    const Repository repository = Repository::open(repo->path());
    CHECK(words_of_error([&] { repository.commit_tree(commit)->read(RepoPath::of("main.tf")); }) ==
          unreadable(commit, id, "its file is cut off; unable to stream " + id + " to stdout") + fsck_hint);
  }
}

TEST_CASE("alternates that name each other end") {
  const statelane::support::ScratchDirectory scratch;
  const fs::path one = scratch.path() / "one";
  const fs::path two = scratch.path() / "two";
  scratch.write("one/info/alternates", "# comment\n\n../two\n/nonexistent\n");
  scratch.write("two/info/alternates", one.string() + "\n");
  CHECK(statelane::repo::read_alternates(one) == std::vector<fs::path>{two, one, "/nonexistent"});
}

TEST_CASE("a flipped byte is named with the object and git's reason") {
  const TestRepo repo;
  repo.write("main.tf", noise());
  const std::string commit = repo.commit();
  const std::string id = repo.git({"rev-parse", "HEAD:main.tf"});
  std::string bytes = read_file(loose_file(repo, id));
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
  replace_object(repo, id, bytes);
  const Repository repository = Repository::open(repo.path());
  CHECK(words_of_error([&] { repository.commit_tree(commit)->read(RepoPath::of("main.tf")); }) ==
        unreadable(commit, id, "incorrect data check; inflate: data stream error (incorrect data check)") + fsck_hint);
}

TEST_CASE("an object whose header no git writes is named with what is wrong") {
  const TestRepo repo;
  repo.write("main.tf", "a");
  const std::string commit = repo.commit();
  const std::string id = repo.git({"rev-parse", "HEAD:main.tf"});
  const PathVariable without_git("/nonexistent");
  const auto read = [&] { Repository::open(repo.path()).commit_tree(commit)->read(RepoPath::of("main.tf")); };
  const std::string no_git =
      "; cannot find the program 'git' on PATH\nhint: install git in the job's image: this repository needs it here";
  for (const std::string header : {"blob 7", "junk 1", "blob"}) {
    replace_object(repo, id, deflate_stored(header + '\0' + "a"));
    CHECK(words_of_error(read) == unreadable(commit, id, "its header is wrong") + fsck_hint);
  }
  replace_object(repo, id, "\x78\xbb\x01\x01\x01\x01");  // a stream that wants a dictionary
  CHECK(words_of_error(read) == unreadable(commit, id, "need dictionary") + no_git);
  replace_object(repo, id, deflate_stored(std::string("blob 1") + '\0' + "a"));
  CHECK(words_of_error(read).empty());
}

TEST_CASE("a fault that libgit2 does not explain has words all the same") {
  statelane::repo::ensure_git_library();
  std::string words;
  std::thread([&] { words = statelane::repo::last_git_error(); }).join();
  CHECK(words == "libgit2 gave no reason");
}

TEST_CASE("a missing tree is named with its directory, and the rest can still be read") {
  const TestRepo repo;
  repo.write("a/main.tf", "a");
  repo.write("b/main.tf", "b");
  const std::string commit = repo.commit();
  const std::string id = repo.git({"rev-parse", "HEAD:a"});
  fs::remove(loose_file(repo, id));
  const Repository repository = Repository::open(repo.path());
  const auto tree = repository.commit_tree(commit);
  CHECK(words_of_error([&] { tree->list(RepoPath::of("a")); }) ==
        fmt::format("cannot read the directory a of commit {}: object {} is not in this repository",
                    commit.substr(0, 12), id) +
            fsck_hint);
  CHECK(words_of_error([&] { tree->read(RepoPath::of("b/none.tf")); }) ==
        fmt::format("cannot read b/none.tf of commit {}: no such file", commit.substr(0, 12)));
  CHECK(tree->read(RepoPath::of("b/main.tf")) == "b");
}

TEST_CASE("a damaged reference is reported with git's reason") {
  const TestRepo repo;
  repo.commit();
  write_file(repo.path() / ".git" / "refs" / "heads" / "bad", "junk\n");
  const Repository repository = Repository::open(repo.path());
  CHECK(words_of_error([&] { repository.resolve("bad"); }) ==
        "unknown revision \"bad\": corrupted loose reference file: refs/heads/bad\n"
        "hint: git log --oneline -5 shows commits that are here");
}

TEST_CASE("tree objects that git never writes are damaged") {
  const std::string id(20, 'x');
  const auto entry = [&](const std::string& mode, const std::string& name) { return mode + " " + name + '\0' + id; };
  CHECK(parse_tree("", 20)->empty());
  CHECK(parse_tree(entry("100644", "a") + entry("40000", "b"), 20)->size() == 2);
  CHECK(parse_tree(entry("100664", "old mode"), 20)->front().kind == EntryKind::file);
  CHECK(parse_tree(entry("100775", "old mode"), 20)->front().kind == EntryKind::executable);
  CHECK(parse_tree(entry("040000", "zero filled"), 20)->front().kind == EntryKind::directory);
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string("a/b"), std::string("/")}) {
    CHECK_FALSE(parse_tree(entry("100644", name), 20).has_value());
  }
  CHECK_FALSE(parse_tree(entry("100644", "a") + entry("40000", "a"), 20).has_value());
  const std::string whole = entry("100644", "name");
  for (std::size_t kept = 1; kept < whole.size(); ++kept)
    CHECK_FALSE(parse_tree(whole.substr(0, kept), 20).has_value());
}

TEST_CASE("an object of another type than its entry says is an error") {
  const TestRepo repo;
  repo.write("main.tf", "a");
  const std::string commit = repo.commit();
  const std::string tree = repo.git({"rev-parse", "HEAD^{tree}"});
  const Repository repository = Repository::open(repo.path());
  CHECK(words_of_error([&] { repository.commit_tree(tree); }) ==
        fmt::format("cannot read commit {}: object {} is a tree, not a commit", tree, tree));
  const TestRepo sha256({"--object-format=sha256"});
  sha256.commit();
  const std::string other = sha256.git({"rev-parse", "HEAD^{tree}"});
  CHECK(words_of_error([&] { Repository::open(sha256.path()).commit_tree(other); }) ==
        fmt::format("cannot read commit {}: object {} is a tree, not a commit", other, other));
}

TEST_CASE("a tree object with an impossible name and a commit without a tree are named") {
  const TestRepo repo;
  const std::string id(20, 'x');
  repo.write("tree", "100644 .." + std::string(1, '\0') + id);
  const std::string tree = repo.git({"hash-object", "-t", "tree", "-w", "--literally", "tree"});
  repo.write("commit", "tree " + tree + "\nauthor a <a> 0 +0000\ncommitter a <a> 0 +0000\n\nx\n");
  const std::string commit = repo.git({"hash-object", "-t", "commit", "-w", "--literally", "commit"});
  const Repository repository = Repository::open(repo.path());
  CHECK(words_of_error([&] { repository.commit_tree(commit)->list(RepoPath()); }) ==
        fmt::format("cannot read the directory . of commit {}: the tree object {} is damaged\n"
                    "hint: git fsck tells what is damaged",
                    commit.substr(0, 12), tree));
  repo.write("commit", "author a <a> 0 +0000\n\nx\n");
  const std::string bare = repo.git({"hash-object", "-t", "commit", "-w", "--literally", "commit"});
  CHECK(words_of_error([&] { repository.commit_tree(bare); }) ==
        fmt::format("commit {} names no tree\nhint: git fsck tells what is damaged", bare));
}

TEST_CASE("a commit that is missing in the middle of a full clone is told, and is no absence of common history") {
  const TestRepo repo;
  const std::string first = repo.commit("first");
  const std::string middle = repo.commit("middle");
  const std::string last = repo.commit("last");
  fs::remove(loose_file(repo, middle));
  const Repository repository = Repository::open(repo.path());
  CHECK(words_of_error([&] { repository.first_parent(last); }) ==
        fmt::format("the first parent of {} is not here: {}\nhint: git fsck tells what is missing", last, middle));
  CHECK(words_of_error([&] { repository.merge_base(first, last); }) ==
        fmt::format("cannot find the merge base of {} and {}: Could not read {}", first, last, middle) + fsck_hint);
  CHECK(words_of_error([&] { repository.is_ancestor(first, last); }) ==
        fmt::format("cannot tell whether {} is an ancestor of {}: Could not read {}", first.substr(0, 12),
                    last.substr(0, 12), middle) +
            fsck_hint);
}

TEST_CASE("directories nested deeper than git allows are one thing that changes, not a stack overflow") {
  const TestRepo repo;
  std::string deep;
  for (int depth = 0; depth < 2100; ++depth) deep += "d/";
  const std::string one = repo.commit_files({{RepoPath::of(deep + "main.tf"), {"x"}}});
  const std::string other = repo.commit_files({{RepoPath::of(deep + "main.tf"), {"y"}}});
  const Repository repository = Repository::open(repo.path());
  const auto before = repository.commit_tree(one);
  const auto after = repository.commit_tree(other);
  deep.resize(2 * 2049 - 1);
  const auto changes = statelane::repo::diff_trees(before.get(), after.get());
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].path.str() == deep);
  CHECK(changes[0].after_kind == EntryKind::submodule);
  CHECK(before->list(RepoPath::of(deep)).empty());
  CHECK(statelane::repo::diff_trees(before.get(), before.get()).empty());
  std::string absent = "a";
  for (int depth = 0; depth < 200000; ++depth) absent += "/a";
  CHECK_FALSE(after->find(RepoPath::of(absent)).has_value());
}

TEST_CASE("a header that names more than there is, or than is read, costs no memory") {
  const TestRepo repo;
  repo.write("main.tf", "x");
  const std::string commit = repo.commit();
  const std::string id = repo.git({"rev-parse", "HEAD:main.tf"});
  for (const auto& [size, fault] : std::map<std::string, std::string>{
           {"99000000000", "its header names 99000000000 bytes, and more than 1073741824 are not read"},
           {"18446744073709551616", "its header "},
           {"1000000", "its header is wrong"},
           {"0", "its header is wrong"}}) {
    replace_object(repo, id, deflate_stored("blob " + size + std::string(1, '\0') + "x"));
    const Repository repository = Repository::open(repo.path());
    const auto tree = repository.commit_tree(commit);
    CHECK(words_of_error([&] { tree->read(RepoPath::of("main.tf")); }).find(fault) != std::string::npos);
  }
}

TEST_CASE(
    "of many files those that are larger than asked for are told and not read, loose, packed and in the work tree") {
  const TestRepo repo;
  std::string large;
  for (int part = 0; part < 20; ++part) large += noise() + std::to_string(part);
  repo.write("b", large.substr(0, 9000));
  repo.write("c", "small");
  repo.write("a", large + "less");
  repo.commit();
  repo.write("a", large + "more");  // a delta of the one before, or the base of it
  repo.commit();
  const std::vector<RepoPath> paths = {RepoPath().child("a"), RepoPath().child("b"), RepoPath().child("c")};
  const auto check = [&](const statelane::repo::Tree& tree) {
    for (const std::size_t most :
         {std::size_t{4}, std::size_t{5}, std::size_t{9000}, large.size() + 3, large.size() + 4}) {
      std::mutex mutex;
      std::map<std::size_t, std::size_t> taken;
      const auto larger =
          tree.read_all(paths, most, [&](std::size_t index, const statelane::ContentId&, std::string bytes) {
            const std::lock_guard lock(mutex);
            taken[index] = bytes.size();
          });
      std::map<std::size_t, std::size_t> wanted = {{0, large.size() + 4}, {1, 9000}, {2, 5}};
      std::vector<std::size_t> rest;
      for (std::size_t index = 0; index < paths.size(); ++index)
        if (wanted[index] > most) rest.push_back(index);
      for (const std::size_t index : rest) wanted.erase(index);
      CAPTURE(most);
      CHECK(larger == rest);
      CHECK(taken == wanted);
    }
  };
  check(statelane::repo::DiskTree(repo.path()));
  const Repository loose = Repository::open(repo.path());
  check(*loose.commit_tree(loose.resolve("HEAD")));
  run_git(repo.path(), {"repack", "-adfq"});
  const Repository packed = Repository::open(repo.path());
  check(*packed.commit_tree(packed.resolve("HEAD")));
  check(*packed.commit_tree(packed.resolve("HEAD~1")));
}

TEST_CASE("a damaged index of several packs is passed by, and packs that come later are found") {
  const TestRepo repo;
  repo.write("main.tf", "one");
  const std::string first = repo.commit();
  repo.git({"repack", "-qad"});
  repo.write("main.tf", "two");
  const std::string second = repo.commit();
  repo.git({"repack", "-qd"});
  repo.git({"multi-pack-index", "write"});
  const fs::path index = repo.path() / ".git" / "objects" / "pack" / "multi-pack-index";
  const std::string whole = read_file(index);
  REQUIRE(whole.size() > 100);
  fs::permissions(index, fs::perms::owner_all);
  for (std::size_t place = 0; place < whole.size(); place += 7) {
    std::string bytes = whole;
    bytes[place] = static_cast<char>(bytes[place] ^ 0x5A);
    write_file(index, place % 2 == 0 ? bytes : bytes.substr(0, place));
    const Repository repository = Repository::open(repo.path());
    CHECK(repository.commit_tree(first)->read(RepoPath::of("main.tf")) == "one");
    CHECK(repository.commit_tree(second)->read(RepoPath::of("main.tf")) == "two");
  }
}

TEST_CASE("where a donor of objects is gone it is named") {
  const TestRepo donor;
  donor.write("main.tf", noise());
  const std::string commit = donor.commit();
  const TestRepo shared = donor.clone({"--shared"});
  fs::rename(donor.path() / ".git", donor.path() / "gone");
  const std::string words = words_of_error([&] { Repository::open(shared.path()).commit_tree(commit); });
  CHECK(words.find(
            fmt::format("hint: objects/info/alternates names {}, which is not there: clone without --reference and "
                        "--shared, or with --dissociate",
                        (donor.path() / ".git" / "objects").string())) != std::string::npos);
}

TEST_CASE("a damaged HEAD is not one of a repository in which nothing is committed") {
  const TestRepo empty;
  CHECK_FALSE(Repository::open(empty.path()).find_head().has_value());
  CHECK(words_of_error([&] { Repository::open(empty.path()).resolve("HEAD"); }) ==
        "nothing is committed yet, so that there is no HEAD");
  const TestRepo repo;
  const std::string commit = repo.commit();
  CHECK(Repository::open(repo.path()).find_head() == commit);
  const fs::path reference = repo.path() / ".git" / "refs" / "heads" / "main";
  for (const std::string& damage : {std::string("junk\n"), std::string(40, '1') + "\n", std::string()}) {
    write_file(reference, damage);
    const std::string words = words_of_error([&] { Repository::open(repo.path()).find_head(); });
    CHECK(words.find("unknown revision \"HEAD\"") != std::string::npos);
  }
}

TEST_CASE("without the git program what needs it says so") {
  const TestRepo sha256({"--object-format=sha256"});
  const std::string commit = sha256.commit();
  const Repository repository = Repository::open(sha256.path());
  const PathVariable none("/nonexistent");
  CHECK(words_of_error([&] { Repository::open(sha256.path()); }) ==
        fmt::format("cannot open the git repository at {}: libgit2 cannot read this object format\n"
                    "hint: install git: with it statelane reads repositories that libgit2 cannot",
                    sha256.path().string()));
  CHECK(words_of_error([&] { repository.commit_tree(commit); }) ==
        fmt::format("cannot read commit {}: object {}: cannot find the program 'git' on PATH\n"
                    "hint: install git in the job's image: this repository needs it here",
                    commit, commit));
}

TEST_CASE("a git that does not answer is given up with its name") {
  const TestRepo repo;
  repo.write_executable("git", "#!/bin/sh\nexec sleep 60\n");
  const PathVariable only(repo.path().string() + ":/usr/bin:/bin");
  CatFile cat_file(repo.path() / ".git", std::chrono::seconds(1));
  CHECK(words_of_error([&] { cat_file.read(std::string(40, '0')); }) == "git cat-file gave no answer in 1 s");
}

TEST_CASE("without the git program an ordinary clone is read and diffed") {
  const TestRepo repo;
  repo.write("main.tf", "a");
  const std::string base = repo.commit();
  repo.write("main.tf", "b");
  const std::string head = repo.commit();
  const PathVariable none("/nonexistent");
  const Repository repository = Repository::open(repo.path());
  const auto before = repository.commit_tree(base);
  const auto after = repository.commit_tree(repository.resolve("HEAD"));
  CHECK(statelane::repo::diff_trees(before.get(), after.get()).size() == 1);
  CHECK(repository.merge_base(base, head) == base);
  CHECK(words_of_error([&] { repository.work_tree_changes(head); }) ==
        "cannot find the program 'git' on PATH\n"
        "hint: install git in the job's image: this repository needs it here");
}
