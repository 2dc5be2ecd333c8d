#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/build_pipeline.hpp"
#include "pipeline/lanes.hpp"

namespace statelane::pipeline {

/// A plan that was made, as its small summary tells.
struct PlannedState {
  std::string id;
  bool has_changes = false;
  std::int64_t create = 0;
  std::int64_t update = 0;
  std::int64_t remove = 0;
  bool waits = false;         ///< its gate does not open by itself
  bool was_reviewed = false;  ///< it is by proof the one that was reviewed
  std::string applied{};      ///< the commit that was applied last when the first stage was written; empty: not known
};

/// What ends a first stage, in which states are only planned: a job that writes the second stage from the plans, and
/// one that starts it. The first has no `needs`, so that it waits for all plans and gets their summaries. Where the
/// gates of all `lanes` would be too large for one file, it writes several.
std::vector<Job> build_second_stage_start(const std::vector<Lane>& lanes, const gitlab::Version& server);

/// The second stage: the gates of those of `planned` whose plan has changes, in their order. It is a child of the
/// pipeline `plan_pipeline` that planned, whose artifacts its applies take by `needs:pipeline`: a pipeline's jobs are
/// fixed when it starts, and no job of a parent can need many jobs of a child.
Pipeline build_second_stage(const PipelineRequest& request, const std::string& plan_pipeline,
                            const std::vector<PlannedState>& planned, const states::StateGraph& head,
                            const TemplateSet& templates, const config::Config& config, Diagnostics& diagnostics);

}  // namespace statelane::pipeline
