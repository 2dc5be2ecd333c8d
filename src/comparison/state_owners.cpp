#include "comparison/state_owners.hpp"

#include <algorithm>

#include "states/existing_inputs.hpp"

namespace statelane::comparison {

namespace {

constexpr std::uint64_t largest_file = std::uint64_t{1} << 20;

/// The tree whose file counts.
const repo::Tree* deciding_tree(const Comparison& comparison) {
  return comparison.base.tree ? comparison.base.tree.get() : comparison.head.tree.get();
}

std::string find_file(const repo::Tree& tree) {
  for (const std::string_view place : gitlab::code_owners_places) {
    const auto entry = tree.find(RepoPath::of(place));
    const bool is_file = entry && (entry->kind == repo::EntryKind::file || entry->kind == repo::EntryKind::executable);
    if (is_file && tree.size(RepoPath::of(place)) <= largest_file) return std::string(place);
  }
  return "";
}

using Sections = std::vector<gitlab::OwnersSection>;

/// Everybody who owns one of the paths that changed.
std::set<std::string> find_asked(const Sections& sections, const repo::ChangeSet& changes) {
  std::set<std::string> asked;
  for (const repo::FileChange& change : changes) {
    for (const gitlab::Ownership& found : gitlab::find_owners(sections, change.path.str()))
      asked.insert(found.owners.begin(), found.owners.end());
  }
  return asked;
}

/// Of the files that lie in the state's own directory, on the side that has the state.
std::set<gitlab::Ownership> find_own(const Sections& sections, const LoadedTree& side, std::uint32_t index) {
  std::set<gitlab::Ownership> result;
  const states::StateGraph& graph = side.states.graph;
  const RepoPath& directory = graph.states()[index].directory;
  for (const RepoPath& path : states::find_existing_inputs(*side.tree, graph, index)) {
    if (!path.is_within(directory)) continue;
    for (gitlab::Ownership& found : gitlab::find_owners(sections, path.str())) result.insert(std::move(found));
  }
  return result;
}

}  // namespace

OwnersAnswer find_state_owners(const Comparison& comparison, const std::set<std::string>& also) {
  OwnersAnswer answer;
  const repo::Tree* tree = deciding_tree(comparison);
  if (tree == nullptr) return answer;
  answer.file = find_file(*tree);
  const Sections sections =
      answer.file.empty() ? Sections() : gitlab::parse_code_owners(tree->read(RepoPath::of(answer.file)));
  const std::set<std::string> asked = find_asked(sections, comparison.changes);
  std::set<std::string> ids = also;
  for (const impact::Affected& affected : comparison.impact.affected) ids.insert(affected.id);
  for (const std::string& id : ids) {
    const auto in_head = comparison.head.states.graph.find(id);
    const LoadedTree& side = in_head ? comparison.head : comparison.base;
    const auto index = in_head ? in_head : comparison.base.states.graph.find(id);
    StateOwners& owners = answer.states[id];
    if (sections.empty() || !index || !side.tree) continue;
    std::set<std::string> silent;
    for (const gitlab::Ownership& found : find_own(sections, side, *index)) {
      owners.owners.push_back(found);
      for (const std::string& owner : found.owners)
        if (!asked.contains(owner)) silent.insert(owner);
    }
    owners.not_asked.assign(silent.begin(), silent.end());
  }
  return answer;
}

}  // namespace statelane::comparison
