#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "lint/terraform_runs.hpp"
#include "states/state_graph.hpp"

namespace statelane::lint {

/// States of which a job runs one or more, and what it does with them.
struct StateGroup {
  /// One: the job is for this state. Several: which one is not known, only what they have in common counts.
  std::vector<std::uint32_t> states;
  std::set<std::string> verbs;
  yaml::Spot spot;  ///< of the first run

  friend bool operator==(const StateGroup& left, const StateGroup& right) { return left.states == right.states; }
};

/// What a job's runs of Terraform act on.
struct JobStates {
  std::vector<StateGroup> groups;       ///< by their states
  std::vector<TerraformRun> stateless;  ///< runs in directories with configuration and no state
  bool has_unknown = false;             ///< some run acts on something that is not known
};

/// Finds the states that runs act on by their directories. Where a directory has several instances, the job's texts
/// (arguments, name, environment) choose among them. `is_for` tells whether the job is meant for a state when only part
/// of the directory is known.
JobStates find_job_states(const Job& job, const std::vector<TerraformRun>& runs, const states::StateGraph& graph,
                          const std::function<bool(std::uint32_t state)>& is_for);

}  // namespace statelane::lint
