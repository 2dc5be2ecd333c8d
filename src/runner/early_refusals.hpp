#pragma once

#include "runner/job_environment.hpp"
#include "runner/lane.hpp"

namespace statelane::runner {

// What is refused before a lane's run begins.

/// Throws `Error{refused}`: what is checked out is not the commit that the job is about.
void refuse_other_checkout(const LaneDescription& lane, const JobEnvironment& job, const RunOptions& options);

/// Throws `Error{usage}`: a lane outside Terraform has commands to plan and to apply, and none to destroy.
void refuse_destroy_of_commands(const LaneDescription& lane, const RunOptions& options);

/// Throws `Error{usage}`: names that no dotenv file may have, or outputs of a lane outside Terraform.
void refuse_impossible_outputs(const LaneDescription& lane, const RunOptions& options);

}  // namespace statelane::runner
