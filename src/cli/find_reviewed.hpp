#pragma once

#include "cli/options.hpp"
#include "repo/repository.hpp"
#include "runner/job_environment.hpp"
#include "runner/lane.hpp"

namespace statelane::cli {

/// The plan that was reviewed in the merge request that brought the job's commit: from the merge request's note, else
/// from its artifacts. Whatever keeps it from being found is told, and no error.
runner::ReviewedPlan find_reviewed_plan(const repo::Repository& repository, const Options& options,
                                        const runner::JobEnvironment& job, const runner::LaneDescription& lane);

}  // namespace statelane::cli
