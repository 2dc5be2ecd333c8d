#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "runner/job_environment.hpp"
#include "runner/lane.hpp"

namespace statelane::runner {

/// Where a run keeps its state: `type` and `workspace`, and what of the backend's settings tells one stored state from
/// another. Credentials are left out, and the project's directory is written as `$CI_PROJECT_DIR`.
using StoredState = std::map<std::string, std::string>;

/// What the last `init` and `workspace select` settled on, together with the variables that the backend reads by
/// itself. `directory` is where the tool runs.
StoredState read_stored_state(const LaneDescription& lane, const JobEnvironment& job,
                              const EnvironmentChanges& environment, const std::filesystem::path& directory);

/// The first thing that differs, in words: `its key is 'a', and here it is 'b'`. Empty: nothing does.
std::string describe_difference(const StoredState& planned, const StoredState& now);

}  // namespace statelane::runner
