#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/build_pipeline.hpp"

namespace statelane::pipeline {

/// An affected state that head has, and which jobs it gets.
struct Lane {
  const states::State* state = nullptr;
  const impact::Affected* affected = nullptr;
  std::uint32_t index = 0;  ///< in the graph of head
  std::string plan_job;
  std::string apply_job;               ///< empty: no apply in this pipeline
  bool plan_waits = false;             ///< the plan comes after the applies that it depends on
  std::vector<std::string> waits_for;  ///< apply jobs that come first, sorted; what follows from others is left out
  std::vector<std::string>
      reads;  ///< apply jobs of states whose outputs it may read itself, sorted; none of its circle

  bool has_apply() const { return !apply_job.empty(); }
};

/// The lanes of the pipeline, sorted by id, with their order. Ids that GitLab cannot carry are errors and have no lane;
/// circles of dependencies are warnings.
std::vector<Lane> find_lanes(const PipelineRequest& request, const impact::Impact& impact,
                             const states::StateGraph& head, const config::Config& config, Diagnostics& diagnostics);

/// Whether this pipeline may hold a gate of the state: it is a push to one of the state's apply branches.
bool may_apply(const PipelineRequest& request, const states::State& state);

/// Branches on whose pushes a state may be applied, by name or glob: those that the configuration names, else the
/// default branch.
std::vector<std::string> apply_branches(const states::State& state, const std::string& default_branch);

}  // namespace statelane::pipeline
