#include "repo/overlay_tree.hpp"

#include <doctest/doctest.h>

#include "repo/change_set.hpp"

using statelane::RepoPath;
using namespace statelane::repo;

namespace {

std::unique_ptr<Tree> tree_of(std::map<RepoPath, MemoryTree::File> files) {
  return std::make_unique<MemoryTree>(std::move(files));
}

}  // namespace

TEST_CASE("a file in the place of another one is the only thing that differs") {
  const RepoPath a = RepoPath::of("a/main.tf"), file = RepoPath::of(".statelane.yml"), z = RepoPath::of("z");
  for (const bool is_there : {true, false}) {
    std::map<RepoPath, MemoryTree::File> files = {{a, {"# a"}}, {z, {"z"}}};
    if (is_there) files[file] = {"target", EntryKind::symlink};
    const auto below = tree_of(files);
    const OverlayTree tree(tree_of(files), file.str(), "states: {}\n");
    CHECK(tree.read(file) == "states: {}\n");
    CHECK(tree.size(file) == 11);
    CHECK(tree.find(file)->kind == EntryKind::file);
    CHECK(tree.read(a) == "# a");
    CHECK(tree.list(RepoPath()).size() == 3);
    CHECK(tree.list(RepoPath())[0].name == ".statelane.yml");
    CHECK(tree.content_id(a) == below->content_id(a));
    CHECK(tree.content_id(RepoPath()) == statelane::ContentId{});
    const MemoryTree same(std::map<RepoPath, MemoryTree::File>{{file, {"states: {}\n"}}});
    CHECK(tree.content_id(file) == same.content_id(file));
    const ChangeSet changes = diff_trees(below.get(), &tree);
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].path == file);
    std::map<std::size_t, std::string> taken;
    const std::vector<RepoPath> paths = {a, file};
    const auto take = [&](std::size_t index, const statelane::ContentId&, std::string bytes) { taken[index] = bytes; };
    CHECK(tree.read_all(paths, 11, take).empty());
    CHECK(taken == std::map<std::size_t, std::string>{{0, "# a"}, {1, "states: {}\n"}});
    taken.clear();
    CHECK(tree.read_all(paths, 10, take) == std::vector<std::size_t>{1});
    CHECK(taken == std::map<std::size_t, std::string>{{0, "# a"}});
  }
}
