// What a change did to a state, told without loading base, is what both trees loaded tell.
#include "comparison/change_of_states.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

#include "comparison/find_impact.hpp"
#include "support/preset.hpp"

namespace {

using namespace statelane;
using comparison::LoadedTree;

struct Counts {
  std::size_t told = 0;
  std::size_t all = 0;
};

LoadedTree load(const support::Files& files, facts::FactStore& facts) {
  facts.records().keep_in_memory();
  Diagnostics faults;
  return comparison::load_tree(std::make_unique<repo::MemoryTree>(files), facts, faults);
}

void check(const LoadedTree& base, const LoadedTree& head, facts::FactStore& facts, Counts& counts) {
  const repo::ChangeSet changes = repo::diff_trees(base.tree.get(), head.tree.get());
  std::set<std::string> wanted;
  for (const states::State& state : head.states.graph.states()) wanted.insert(state.id);
  const impact::Impact impact = find_impact(base, head, changes, true, facts);
  const auto found = comparison::find_changes_of_states(*base.tree, head, changes, wanted, true, facts);
  counts.all += wanted.size();
  counts.told += found.size();
  for (const auto& [id, affected] : found) {
    const impact::Affected* whole = impact.find(id);
    CAPTURE(id);
    CHECK(affected.has_value() == (whole != nullptr));
    if (whole == nullptr || !affected) continue;
    CHECK(whole->change == impact::Change::modified);
    CHECK(!affected->causes.empty());
  }
}

/// Some revisions of one repository, each compared with the last, and the last with each.
Counts check_history(const support::Preset& preset, std::uint64_t seed) {
  constexpr int revisions = 6;
  support::PresetRepository repository(preset, seed);
  facts::FactStore facts;
  std::vector<LoadedTree> trees;
  for (int revision = 0; revision < revisions; ++revision) {
    if (revision > 0) repository.make_change();
    trees.push_back(load(repository.files(), facts));
  }
  Counts counts;
  for (const LoadedTree& tree : trees) {
    check(tree, trees.back(), facts, counts);
    check(trees.back(), tree, facts, counts);
  }
  return counts;
}

}  // namespace

TEST_CASE("a state is told to be the same, or another, only as both trees loaded tell") {
  const char* more = std::getenv("STATELANE_HISTORIES");
  const std::uint64_t histories = more == nullptr ? 8 : std::stoull(more);
  for (const char* name : {"small", "matrix", "states=60"}) {
    Counts counts;
    for (std::uint64_t seed = 1; seed <= histories; ++seed) {
      CAPTURE(name);
      CAPTURE(seed);
      const Counts one = check_history(support::find_preset(name), seed);
      counts.told += one.told;
      counts.all += one.all;
    }
    MESSAGE(std::string(name) << ": " << counts.told << " of " << counts.all << " told without loading base");
    CHECK(counts.told * 10 > counts.all * 7);
  }
}
