#include "repo/links.hpp"

#include <doctest/doctest.h>

#include "repo/memory_tree.hpp"

using statelane::RepoPath;
using statelane::repo::EntryKind;
using statelane::repo::MemoryTree;
using statelane::repo::resolve_links;
using statelane::repo::Resolved;
using Outcome = Resolved::Outcome;

namespace {

MemoryTree tree_with_links() {
  const auto link = [](const char* target) { return MemoryTree::File{target, EntryKind::symlink}; };
  return MemoryTree({{RepoPath::of("modules/m/main.tf"), {"m"}},
                     {RepoPath::of("stacks/a/main.tf"), {"a"}},
                     {RepoPath::of("stacks/a/m"), link("../../modules/m")},
                     {RepoPath::of("stacks/a/chain"), link("m/main.tf")},
                     {RepoPath::of("stacks/a/gone"), link("../gone/x")},
                     {RepoPath::of("loop"), link("other")},
                     {RepoPath::of("other"), link("loop")},
                     {RepoPath::of("absolute"), link("/etc/passwd")},
                     {RepoPath::of("up"), link("../outside")}});
}

Resolved follow(const MemoryTree& tree, const char* directory, const char* relative) {
  return resolve_links(tree, RepoPath::of(directory), relative);
}

}  // namespace

TEST_CASE("links on the way and at the end are followed and listed") {
  const MemoryTree tree = tree_with_links();
  const Resolved chain = follow(tree, "stacks/a", "chain");
  CHECK(chain.outcome == Outcome::found);
  CHECK(chain.path == RepoPath::of("modules/m/main.tf"));
  CHECK(chain.kind == EntryKind::file);
  CHECK(chain.links == std::vector<RepoPath>{RepoPath::of("stacks/a/chain"), RepoPath::of("stacks/a/m")});
  CHECK(follow(tree, "", "./stacks//a/m").path == RepoPath::of("modules/m"));
}

TEST_CASE("two dots after a link climb from its target, as the operating system does") {
  const MemoryTree tree = tree_with_links();
  CHECK(follow(tree, "stacks/a", "m/..").path == RepoPath::of("modules"));
  CHECK(follow(tree, "stacks/a", "m/../../stacks/a/main.tf").outcome == Outcome::found);
}

TEST_CASE("what is missing has the path where it would be") {
  const MemoryTree tree = tree_with_links();
  const Resolved gone = follow(tree, "stacks/a", "gone");
  CHECK(gone.outcome == Outcome::missing);
  CHECK(gone.path == RepoPath::of("stacks/gone/x"));
  CHECK(follow(tree, "stacks/a", "nothing/../main.tf").outcome == Outcome::missing);
  CHECK(follow(tree, "stacks/a", "main.tf/below").outcome == Outcome::missing);
}

TEST_CASE("circles end and ways out of the repository are told") {
  const MemoryTree tree = tree_with_links();
  CHECK(follow(tree, "", "loop").outcome == Outcome::cycle);
  CHECK(follow(tree, "", "absolute").outcome == Outcome::outside);
  CHECK(follow(tree, "", "up").outcome == Outcome::outside);
  CHECK(follow(tree, "stacks/a", "../../../x").outcome == Outcome::outside);
  CHECK(follow(tree, "stacks", "/etc").outcome == Outcome::outside);
}
