#pragma once

#include <vector>

#include "lint/job_states.hpp"
#include "lint/pipeline.hpp"
#include "lint/terraform_runs.hpp"
#include "lint/trigger.hpp"

namespace statelane::lint {

/// A job with all that was found out about it. For a trigger job the commands are those of its child's jobs.
struct ExaminedJob {
  const Job* job;
  Trigger trigger;
  JobCommands commands;
  JobStates states;

  bool runs(std::string_view verb) const {
    for (const TerraformRun& run : commands.runs) {
      if (run.verb == verb) return true;
    }
    return false;
  }
};

}  // namespace statelane::lint
