#include <doctest/doctest.h>

#include <chrono>
#include <functional>

#include "base/error.hpp"
#include "repo/loose_objects.hpp"
#include "repo/object_store.hpp"
#include "repo/repository.hpp"
#include "support/test_repo.hpp"

using statelane::Error;
using statelane::RepoPath;
using statelane::repo::EntryKind;
using statelane::repo::parse_tree;
using statelane::repo::Repository;
using statelane::support::read_file;
using statelane::support::TestRepo;
using statelane::support::write_file;

namespace fs = std::filesystem;

namespace {

/// What a refusal says, with its hints; empty when nothing was refused.
std::string words_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    std::string all = error.what();
    for (const auto& hint : error.hints()) all += "\n" + hint;
    return all;
  }
  return {};
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

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

void replace_object(const TestRepo& repo, const std::string& id, const std::string& bytes) {
  fs::permissions(loose_file(repo, id), fs::perms::owner_all);
  write_file(loose_file(repo, id), bytes);
}

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
    const std::string words = words_of([&] { tree->read(RepoPath::of("main.tf")); });
    CAPTURE(words);
    CHECK(holds(words, "cannot read main.tf of commit " + commit.substr(0, 12)));
    CHECK(holds(words, id));
    CHECK(holds(words, "cut off"));
    CHECK(holds(words, "git fsck"));
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
    CHECK(holds(words_of([&] { repository.commit_tree(commit)->read(RepoPath::of("main.tf")); }), "cut off"));
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
  const std::string words = words_of([&] { repository.commit_tree(commit)->read(RepoPath::of("main.tf")); });
  CHECK(holds(words, "cannot read main.tf of commit"));
  CHECK(holds(words, id));
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
  CHECK(words_of([&] { tree->list(RepoPath::of("a")); }) ==
        "cannot read the directory a of commit " + commit.substr(0, 12) + ": object " + id +
            " is not in this repository\ngit fsck tells what is damaged or missing");
  CHECK(tree->read(RepoPath::of("b/main.tf")) == "b");
}

TEST_CASE("a damaged reference is reported with git's reason") {
  const TestRepo repo;
  repo.commit();
  write_file(repo.path() / ".git" / "refs" / "heads" / "bad", "junk\n");
  const Repository repository = Repository::open(repo.path());
  CHECK(holds(words_of([&] { repository.resolve("bad"); }), "corrupted loose reference file"));
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
  CHECK(holds(words_of([&] { repository.commit_tree(tree); }), "is a tree, not a commit"));
}

TEST_CASE("directories nested deeper than git allows are an error, not a stack overflow") {
  const TestRepo repo;
  std::string deep;
  for (int depth = 0; depth < 2100; ++depth) deep += "d/";
  const std::string commit = repo.commit_files({{RepoPath::of(deep + "main.tf"), {"x"}}});
  const Repository repository = Repository::open(repo.path());
  const auto tree = repository.commit_tree(commit);
  CHECK(holds(words_of([&] { statelane::repo::diff_trees(nullptr, tree.get()); }), "nested deeper than 2048"));
  std::string absent = "a";
  for (int depth = 0; depth < 200000; ++depth) absent += "/a";
  CHECK_FALSE(tree->find(RepoPath::of(absent)).has_value());
}

TEST_CASE("without the git program what needs it says so") {
  const TestRepo sha256({"--object-format=sha256"});
  sha256.commit();
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", "/nonexistent", 1);
  const std::string words = words_of([&] { Repository::open(sha256.path()); });
  ::setenv("PATH", path.c_str(), 1);
  CHECK(holds(words, "cannot open the git repository at"));
  CHECK(holds(words, "install git"));
}

TEST_CASE("without the git program an ordinary clone is read and diffed") {
  const TestRepo repo;
  repo.write("main.tf", "a");
  const std::string base = repo.commit();
  repo.write("main.tf", "b");
  const std::string head = repo.commit();
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", "/nonexistent", 1);
  const Repository repository = Repository::open(repo.path());
  const auto before = repository.commit_tree(base);
  const auto after = repository.commit_tree(repository.resolve("HEAD"));
  const auto changes = statelane::repo::diff_trees(before.get(), after.get());
  const auto common = repository.merge_base(base, head);
  const std::string words = words_of([&] { repository.work_tree_changes(head); });
  ::setenv("PATH", path.c_str(), 1);
  CAPTURE(words);
  CHECK(changes.size() == 1);
  CHECK(common == base);
  CHECK(holds(words, "cannot find the program"));
  CHECK(holds(words, "install git"));
}
