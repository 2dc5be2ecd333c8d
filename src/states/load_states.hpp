#pragma once

#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "config/config.hpp"
#include "facts/fact_store.hpp"
#include "repo/tree.hpp"
#include "states/scan.hpp"
#include "states/state_graph.hpp"

namespace statelane::states {

/// A directory with configuration or a lock file that is no state directory, and why.
struct LeftOut {
  RepoPath directory;
  std::string why;

  friend auto operator<=>(const LeftOut&, const LeftOut&) = default;
};

/// A `terraform_remote_state` that no state of the repository answers.
struct Unmatched {
  std::string state;
  Place place;
  std::string what;

  friend auto operator<=>(const Unmatched&, const Unmatched&) = default;
};

/// What one tree says.
struct LoadedStates {
  StateGraph graph;
  std::vector<LeftOut> left_out;     ///< sorted; module directories that others call are not listed
  std::vector<Unmatched> unmatched;  ///< sorted
  Scan scan = {};
  std::vector<std::string> origins = {};  ///< of each state of the graph: what it was worked out from; see `SameStates`
  std::vector<std::string> workspace_rules = {};  ///< see `suggest_rules`
};

/// Finds all states of a tree, what each depends on, and the edges between them. Faults of configuration files and of
/// what the configuration says are added to `diagnostics`; the states are there all the same.
LoadedStates load_states(const repo::Tree& tree, const config::Config& config, facts::FactStore& facts,
                         Diagnostics& diagnostics);

/// Infrastructure files that are no state's input, sorted.
std::vector<RepoPath> find_unclaimed(const LoadedStates& loaded);

}  // namespace statelane::states
