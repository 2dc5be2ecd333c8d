#pragma once

#include <filesystem>
#include <optional>

#include "runner/job_environment.hpp"
#include "runner/lane.hpp"
#include "runner/lane_run.hpp"

namespace statelane::runner {

/// When the `errored.tfstate` that lies in a directory was written; empty: there is none.
std::optional<std::filesystem::file_time_type> errored_state_time(const std::filesystem::path& directory);

/// Terraform leaves the state that it could not save in its directory. It goes where only its owner reads it and the
/// job's artifacts find it, and where the executor keeps directories also outside of the checkout; where that cannot be
/// written it stays. The log tells the place; of one that is not whole it tells that the tool printed the state, and
/// the next job is only to be stopped by it. `older` is the time of one that an earlier run left, which is not ours.
void keep_errored_state(const LaneDescription& lane, const JobEnvironment& job, LaneRun& run,
                        std::optional<std::filesystem::file_time_type> older);

}  // namespace statelane::runner
