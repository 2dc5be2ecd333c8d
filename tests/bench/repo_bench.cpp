// What reading commits costs: the difference of two commits against `git diff-tree`, and reading all files from objects
// and from disk against `git cat-file`.
// usage: repo_bench [REPOSITORY BASE HEAD]; without arguments 5,000 states of four files are made.

#include <fmt/format.h>

#include <chrono>
#include <functional>

#include "repo/change_set.hpp"
#include "repo/repository.hpp"
#include "support/test_repo.hpp"

namespace fs = std::filesystem;
using statelane::RepoPath;
using statelane::repo::EntryKind;
using statelane::repo::Repository;
using statelane::repo::Tree;
using statelane::support::TestRepo;

namespace {

constexpr int turns = 7;

/// The shortest of several runs, in milliseconds.
void measure(const std::string& what, const std::function<std::string()>& act) {
  double best = 1e9;
  std::string result;
  for (int turn = 0; turn < turns; ++turn) {
    const auto begin = std::chrono::steady_clock::now();
    result = act();
    best = std::min(best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  }
  fmt::print("{:<55} {:>8.2f} ms  {}\n", what, best, result);
}

struct Sum {
  std::size_t files = 0;
  std::size_t bytes = 0;
};

void add_all(const Tree& tree, const RepoPath& directory, bool with_bytes, Sum& sum) {
  for (const auto& entry : tree.list(directory)) {
    const RepoPath path = directory.child(entry.name);
    if (entry.kind == EntryKind::directory) {
      add_all(tree, path, with_bytes, sum);
    } else if (entry.kind != EntryKind::submodule) {
      ++sum.files;
      if (with_bytes) sum.bytes += tree.read(path).size();
    }
  }
}

std::string render_sum(const Tree& tree, bool with_bytes) {
  Sum sum;
  add_all(tree, RepoPath(), with_bytes, sum);
  return fmt::format("{} files, {} bytes", sum.files, sum.bytes);
}

TestRepo::Files make_states(int states, int changed) {
  TestRepo::Files files;
  for (int state = 0; state < states; ++state) {
    for (const char* name : {"main", "variables", "outputs", "backend"}) {
      std::string text;
      for (int line = 0; line < 30; ++line)
        text += fmt::format("resource \"r{}\" \"n{}\" {{ value = {} }}\n", line, state, line);
      if (state < changed) text += "# changed\n";
      files[RepoPath::of(fmt::format("team-{}/state-{}/{}.tf", state / 50, state, name))] = {text};
    }
  }
  return files;
}

void compare(const fs::path& directory, const std::string& base, const std::string& head) {
  measure("open, two trees, difference (one process from start)", [&] {
    const Repository repository = Repository::open(directory);
    const auto before = repository.commit_tree(base);
    const auto after = repository.commit_tree(head);
    return fmt::format("{} changes", statelane::repo::diff_trees(before.get(), after.get()).size());
  });
  measure("git diff-tree -r --name-only", [&] {
    return fmt::format("{} bytes",
                       statelane::support::run_git(directory, {"diff-tree", "-r", "--name-only", base, head}).size());
  });
  measure("list all, from objects", [&] {
    const Repository repository = Repository::open(directory);
    return render_sum(*repository.commit_tree(head), false);
  });
  measure("list and read all, from objects", [&] {
    const Repository repository = Repository::open(directory);
    return render_sum(*repository.commit_tree(head), true);
  });
  measure("git cat-file --batch-all-objects --batch", [&] {
    return fmt::format("{} bytes",
                       statelane::support::run_git(directory, {"cat-file", "--batch-all-objects", "--batch"}).size());
  });
  const Repository repository = Repository::open(directory);
  if (!repository.work_tree()) return;
  measure("list all, from disk", [&] { return render_sum(*repository.disk_tree(), false); });
  measure("list and read all, from disk", [&] { return render_sum(*repository.disk_tree(), true); });
  measure("changes of the work tree",
          [&] { return fmt::format("{} changes", repository.work_tree_changes(head).size()); });
}

}  // namespace

int main(int count, char** arguments) {
  if (count == 4) {
    compare(arguments[1], arguments[2], arguments[3]);
    return 0;
  }
  const TestRepo made;
  const std::string base = made.commit_files(make_states(5000, 0));
  const std::string one = made.commit_files(make_states(5000, 1), {base});
  const std::string many = made.commit_files(make_states(5000, 5000), {one});
  made.git({"reset", "--quiet", "--hard", "main"});
  fmt::print("one state changed\n");
  compare(made.path(), base, one);
  fmt::print("all states changed\n");
  compare(made.path(), base, many);
}
