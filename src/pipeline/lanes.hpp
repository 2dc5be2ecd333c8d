#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/build_pipeline.hpp"

namespace statelane::pipeline {

/// An affected state that head has, and which jobs it gets.
struct Lane {
  const states::State* state = nullptr;
  const impact::Affected* affected = nullptr;  ///< null: nothing was compared
  std::uint32_t index = 0;                     ///< in the graph of head
  std::string plan_job;
  std::string apply_job;               ///< empty: no apply in this pipeline
  bool plan_waits = false;             ///< the plan comes after the applies that it depends on
  bool is_on_apply_branch = false;     ///< the pipeline is of a branch on which the state is applied
  bool was_reviewed = false;           ///< the plan is made, and is by proof the one that was reviewed
  bool waits = false;                  ///< an earlier push left some of it: its gate does not open by itself
  bool has_to_block = false;           ///< others wait for the apply, so that its gate cannot be optional
  std::vector<std::string> waits_for;  ///< apply jobs that come first, sorted; what follows from others is left out
  std::vector<std::string>
      reads;  ///< apply jobs of states that it depends on itself or is promoted from, sorted; none of its circle

  std::vector<std::string> read_slugs;  ///< of the states of `reads`, sorted

  bool has_apply() const { return !apply_job.empty(); }
};

/// The lanes of the pipeline, sorted by id, with their order. Ids that GitLab cannot carry are errors and have no lane;
/// circles of dependencies are warnings.
std::vector<Lane> find_lanes(const PipelineRequest& request, const impact::Impact& impact,
                             const states::StateGraph& head, const config::Config& config, Diagnostics& diagnostics);

/// Which applies an apply names as those that come before it. Where a job may be missing from the pipeline, an order
/// that goes through it would be lost, so all are named there.
enum class Waits { nearest, all };

/// Fills in `waits_for` and `reads` of lanes that are sorted by their index. Circles of dependencies are warnings.
void set_order(std::vector<Lane>& lanes, const states::StateGraph& head, Waits waits, Diagnostics& diagnostics);

/// GitLab skips what needs an optional gate that nobody presses, and then calls the pipeline a success though changes
/// are not applied. So the optional gates of lanes that others wait for, or that `more` names by their apply jobs,
/// block, each with a warning.
void block_waited_for_gates(std::vector<Lane>& lanes, const std::vector<std::string>& more, Diagnostics& diagnostics);

/// A lane without order; nothing, and an error, for an id that GitLab cannot carry.
std::optional<Lane> make_lane(const states::StateGraph& head, std::uint32_t index, Diagnostics& diagnostics);

/// A push to one of the state's apply branches.
bool is_on_apply_branch(const PipelineRequest& request, const states::State& state);

/// The state has a gate in this pipeline: it is not lost with the job that applies it, and this is a push to one of its
/// apply branches.
bool may_apply(const PipelineRequest& request, const states::State& state);

/// A line about a gate that a state would have if it were not lost with its job; empty for all other states.
std::string describe_lost(const states::State& state);

/// One warning about all `states` that have no gate because of that.
void warn_of_lost(const std::vector<const states::State*>& states, Diagnostics& diagnostics);

}  // namespace statelane::pipeline
