#include "cli/hand_written.hpp"

#include <algorithm>

#include "gitlab/changes_pattern.hpp"
#include "lint/lint.hpp"

namespace statelane::cli {

namespace {

bool starts(const lint::StateTriggers& triggers, const repo::ChangeSet& changes) {
  return triggers.always ||
         std::any_of(triggers.patterns.begin(), triggers.patterns.end(), [&](const std::string& pattern) {
           return std::any_of(changes.begin(), changes.end(), [&](const repo::FileChange& change) {
             return gitlab::matches_pattern(pattern, change.path.str());
           });
         });
}

}  // namespace

HandWritten ask_hand_written(const LoadedTree& side, const repo::ChangeSet& changes,
                             const std::string& default_branch) {
  HandWritten result;
  if (!side.tree) return result;
  const lint::LintSettings settings{default_branch, std::nullopt};
  const auto lists = lint::trigger_lists(*side.tree, RepoPath::of(".gitlab-ci.yml"), side.states.graph, settings);
  for (const lint::StateTriggers& triggers : lists) {
    result.covered.insert(triggers.state);
    if (starts(triggers, changes)) result.started.insert(triggers.state);
  }
  return result;
}

}  // namespace statelane::cli
