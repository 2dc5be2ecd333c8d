#pragma once

#include <string>
#include <vector>

#include "pipeline/build_pipeline.hpp"
#include "pipeline/lanes.hpp"

namespace statelane::pipeline {

/// A state that is in base only, and what becomes of it.
struct Departed {
  const impact::Affected* affected = nullptr;
  states::State state;                 ///< as base has it, with the settings of head's configuration
  std::string message;                 ///< what people have to know
  std::vector<std::string> hints;      ///< what they can do about it
  std::string plan_job;                ///< empty: nothing destroys it, and a warning job says `message`
  std::string destroy_job;             ///< empty: not in this pipeline
  std::vector<std::string> waits_for;  ///< jobs that come before the destruction, sorted

  bool has_lane() const { return !plan_job.empty(); }
};

/// The states that left, sorted by id; each is said to `diagnostics`, as a warning unless its lane destroys it.
///
/// With `deleted: destroy-gate` a deleted state gets a lane, unless that might destroy what somebody still needs: a
/// state of head stores, or may store, in the same place; a state that this pipeline does not run still reads it; it
/// looks moved; it stores among its files; it is no Terraform state. Whatever depended on it in base, and has an apply
/// or a destruction here, comes first.
std::vector<Departed> find_departed(const PipelineRequest& request, const impact::Impact& impact,
                                    const states::StateGraph& base, const states::StateGraph& head,
                                    const std::vector<Lane>& lanes, const config::Config& config,
                                    Diagnostics& diagnostics);

}  // namespace statelane::pipeline
