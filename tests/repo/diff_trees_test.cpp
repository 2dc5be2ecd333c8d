#include "repo/change_set.hpp"

#include <doctest/doctest.h>

#include <random>

#include "repo/object_id.hpp"
#include "repo/repository.hpp"
#include "support/test_repo.hpp"

using statelane::ContentId;
using statelane::RepoPath;
using statelane::repo::ChangeKind;
using statelane::repo::ChangeSet;
using statelane::repo::diff_trees;
using statelane::repo::EntryKind;
using statelane::repo::MemoryTree;
using statelane::repo::Repository;
using statelane::support::TestRepo;

namespace {

std::string mode_of(EntryKind kind) {
  switch (kind) {
    case EntryKind::executable: return "100755";
    case EntryKind::symlink: return "120000";
    case EntryKind::submodule: return "160000";
    default: return "100644";
  }
}

/// As `git diff-tree -r --no-renames --raw -z` prints it; git says T where the type of a file changed.
std::string render(const ChangeSet& changes) {
  std::string text;
  for (const auto& change : changes) {
    const bool is_new = change.kind == ChangeKind::added;
    const bool is_gone = change.kind == ChangeKind::deleted;
    const std::string before = is_new ? "000000" : mode_of(change.before_kind);
    const std::string after = is_gone ? "000000" : mode_of(change.after_kind);
    const char letter = is_new ? 'A' : is_gone ? 'D' : before.substr(0, 3) == after.substr(0, 3) ? 'M' : 'T';
    text += ":" + before + " " + after + " " + statelane::repo::object_digits(change.before, 20) + " " +
            statelane::repo::object_digits(change.after, 20) + " " + letter + '\0' + change.path.str() + '\0';
  }
  return text;
}

class RandomFiles {
 public:
  explicit RandomFiles(unsigned seed) : random_(seed) {}

  /// Adds, changes, turns into another kind, or removes a few files.
  void change(TestRepo::Files& files) {
    for (std::size_t count = 1 + pick(8); count > 0; --count) {
      const RepoPath path = RepoPath::of(any_path());
      make_room(files, path);
      if (pick(4) == 0 && files.contains(path)) {
        files.erase(path);
        continue;
      }
      files[path] = any_file();
    }
  }

 private:
  std::size_t pick(std::size_t limit) { return random_() % limit; }

  std::string any_path() {
    static const std::vector<std::string> names = {
        "a",        "b",        "a.b",       "a-b",       "A",
        "a b",      "\xc3\xa9", "e\xcc\x81", "new\nline", "tab\t\"quote\"",
        "\xff\xfe", "*",        "-",         "main.tf",   std::string(200, 'n')};
    std::string path = names[pick(names.size())];
    for (std::size_t depth = pick(4); depth > 0; --depth) path += "/" + names[pick(names.size())];
    return path;
  }

  MemoryTree::File any_file() {
    switch (pick(8)) {
      case 0: return {"target" + std::to_string(pick(3)), EntryKind::symlink};
      case 1: return {std::to_string(pick(3)), EntryKind::executable};
      case 2: return {std::string(39, '1') + std::to_string(1 + pick(3)), EntryKind::submodule};
      default: return {std::to_string(pick(3)), EntryKind::file};
    }
  }

  /// A file where a directory was removes what was below; a directory where a file was removes the file.
  static void make_room(TestRepo::Files& files, const RepoPath& path) {
    std::erase_if(files, [&](const auto& entry) {
      return entry.first != path && (entry.first.is_within(path) || path.is_within(entry.first));
    });
  }

  std::mt19937 random_;
};

}  // namespace

TEST_CASE("the difference of two commits is that of git diff-tree for random histories, from objects and from memory") {
  for (unsigned seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    const TestRepo repo;
    RandomFiles random(seed);
    TestRepo::Files files;
    std::vector<std::string> commits;
    std::vector<TestRepo::Files> contents;
    for (int step = 0; step < 12; ++step) {
      random.change(files);
      commits.push_back(commits.empty() ? repo.commit_files(files) : repo.commit_files(files, {commits.back()}));
      contents.push_back(files);
    }
    const Repository repository = Repository::open(repo.path());
    for (std::size_t index = 1; index < commits.size(); ++index) {
      const std::size_t earlier = seed % 2 == 0 ? 0 : index - 1;
      const std::string expected =
          repo.git({"diff-tree", "-r", "--no-renames", "--raw", "-z", "--no-abbrev", commits[earlier], commits[index]});
      const auto base = repository.commit_tree(commits[earlier]);
      const auto head = repository.commit_tree(commits[index]);
      // git lists by the order of tree objects, in which a directory sorts as if its name ended in a slash.
      std::vector<std::string> ours;
      std::vector<std::string> gits;
      const auto split = [](const std::string& text, std::vector<std::string>& records) {
        for (std::size_t begin = 0; begin < text.size();) {
          const std::size_t end = text.find('\0', text.find('\0', begin) + 1);
          records.push_back(text.substr(begin, end - begin));
          begin = end == std::string::npos ? end : end + 1;
        }
        std::sort(records.begin(), records.end());
      };
      const ChangeSet changes = diff_trees(base.get(), head.get());
      split(render(changes), ours);
      split(expected, gits);
      CHECK(ours == gits);
      const MemoryTree before(contents[earlier]);
      const MemoryTree after(contents[index]);
      CHECK(diff_trees(&before, &after) == changes);
      CHECK(after.content_id(RepoPath()) == head->content_id(RepoPath()));
    }
  }
}

TEST_CASE("a missing tree is the empty tree, and equal trees have no difference") {
  const MemoryTree tree({{RepoPath::of("a/b"), {"1"}}, {RepoPath::of("a.b"), {"2"}}});
  CHECK(diff_trees(&tree, &tree).empty());
  CHECK(diff_trees(nullptr, nullptr).empty());
  const ChangeSet added = diff_trees(nullptr, &tree);
  REQUIRE(added.size() == 2);
  CHECK(added[0].path == RepoPath::of("a.b"));
  CHECK(added[0].kind == ChangeKind::added);
  CHECK(added[0].before.is_zero());
  const ChangeSet deleted = diff_trees(&tree, nullptr);
  CHECK(deleted[1].path == RepoPath::of("a/b"));
  CHECK(deleted[1].kind == ChangeKind::deleted);
  CHECK(deleted[1].after.is_zero());
}

TEST_CASE("paths of 4,000 characters and odd bytes pass through a commit that nobody checks out") {
  const TestRepo repo;
  std::string path;
  while (path.size() < 4000) path += std::string(199, 'd') + "/";
  TestRepo::Files files = {{RepoPath::of(path + "main.tf"), {"long"}}, {RepoPath::of("\xfe\xff/new\nline"), {"odd"}}};
  const std::string commit = repo.commit_files(files);
  const Repository repository = Repository::open(repo.path());
  const auto tree = repository.commit_tree(commit);
  CHECK(tree->read(RepoPath::of(path + "main.tf")) == "long");
  CHECK(tree->read(RepoPath::of("\xfe\xff/new\nline")) == "odd");
  CHECK(diff_trees(nullptr, tree.get()).size() == 2);
}
