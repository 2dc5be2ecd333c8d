#include "comparison/find_impact.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "comparison/alike_files.hpp"
#include "comparison/format_only.hpp"
#include "impact/regrouping.hpp"
#include "states/existing_inputs.hpp"

namespace statelane::comparison {

namespace {

bool is_changed(const repo::ChangeSet& changes, const RepoPath& path) {
  const auto found =
      std::lower_bound(changes.begin(), changes.end(), path,
                       [](const repo::FileChange& change, const RepoPath& wanted) { return change.path < wanted; });
  return found != changes.end() && found->path == path;
}

/// States that read a file on one side only, though it is on both and the same.
std::set<std::string> find_regrouped(const LoadedTree& base, const LoadedTree& head, const repo::ChangeSet& changes) {
  std::set<std::string> result;
  for (const std::string& id : impact::find_regrouping_candidates(base.states.graph, head.states.graph)) {
    const std::vector<RepoPath> inputs =
        states::find_regrouped_inputs(*base.tree, base.states.graph, *head.tree, head.states.graph, id);
    const bool is_regrouped =
        std::any_of(inputs.begin(), inputs.end(), [&](const RepoPath& path) { return !is_changed(changes, path); });
    if (is_regrouped) result.insert(id);
  }
  return result;
}

}  // namespace

impact::Impact find_impact(const LoadedTree& base, const LoadedTree& head, const repo::ChangeSet& changes,
                           bool ignore_format, facts::FactStore& facts) {
  const auto format_only =
      ignore_format ? find_format_only(base.tree.get(), *head.tree, changes, facts) : std::unordered_set<RepoPath>{};
  const auto regrouped = find_regrouped(base, head, changes);
  const auto alike = with_alike_files(base, head, changes);
  return impact::find_affected(base.states.graph, head.states.graph, {changes, format_only, regrouped, &alike});
}

}  // namespace statelane::comparison
