#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/artifacts.hpp"
#include "runner/job_environment.hpp"
#include "runner/lane.hpp"
#include "runner/provider_cache.hpp"
#include "runner/tool.hpp"

namespace statelane::runner {

/// How Terraform is called: pure functions from a lane and a job to arguments and environment.

/// The variables that the lane fixes.
EnvironmentChanges lane_variables(const LaneDescription& lane);

/// Changes to the environment for every call: the lane's variables, no prompts, no phoning home, and for a state in
/// this GitLab the job's own credentials. They go by environment only, since `-backend-config` would end up in the plan
/// file; and only to an address below CI_API_V4_URL, and only where neither user nor password is set.
EnvironmentChanges terraform_environment(const LaneDescription& lane, const JobEnvironment& job);

/// What `init` needs besides to use the cache.
void add_provider_cache(EnvironmentChanges& environment, const ProviderCache& cache, bool has_lock_file);

std::vector<std::string> init_arguments(const LaneDescription& lane, const ToolIdentity& tool, bool has_lock_file);

/// Empty when the lane has no workspace, or when its backend takes it from TF_WORKSPACE.
std::vector<std::string> workspace_arguments(const LaneDescription& lane, const ToolIdentity& tool);

/// A plan takes the state's lock: as asked for, else not in merge requests, where the role that may lock a state is not
/// known to be there (GitLab: Maintainer), and not where only the job's own token could free it. That is worth nothing
/// once the server has ended the job, and a stale plan is refused anyway.
bool locks_plan(const LaneDescription& lane, const JobEnvironment& job, const RunOptions& options);

/// The state is kept by this GitLab, and read and written with the job's own token.
bool uses_job_token(const LaneDescription& lane, const JobEnvironment& job);

/// Where Terraform would send the job's token beside its own GitLab, in words; empty: nowhere. The user's and
/// password's variables are all backends' and all remote states' that have none of their own.
std::string find_token_leak(const LaneDescription& lane, const JobEnvironment& job);

/// What a plan wants besides. A tool that is interrupted while it plans saves the state that it has, which of a state
/// that does not exist yet is an empty one, and makes every plan that waits for its apply stale. The http backend is
/// kept from that: it "saves" by a GET.
std::map<std::string, std::optional<std::string>> plan_environment(const LaneDescription& lane,
                                                                   const JobEnvironment& job);

std::vector<std::string> plan_arguments(const LaneDescription& lane, const JobEnvironment& job,
                                        const RunOptions& options, const ArtifactPaths& paths);

std::vector<std::string> show_arguments(const LaneDescription& lane, const ToolIdentity& tool,
                                        const ArtifactPaths& paths);

/// Of `apply`, also where it destroys. The variables are the plan's; those that the tool wants again are given again.
std::vector<std::string> apply_arguments(const LaneDescription& lane, const ToolIdentity& tool,
                                         const RunOptions& options, const ArtifactPaths& paths);

std::vector<std::string> output_arguments(const LaneDescription& lane, const ToolIdentity& tool);

/// The stored state, on standard output.
std::vector<std::string> state_pull_arguments(const LaneDescription& lane, const ToolIdentity& tool);

/// How a person calls the lane's tool from the top of the project: `TF_WORKSPACE=prod terraform -chdir=net`.
std::string call_by_hand(const LaneDescription& lane);

/// The variables that change what Terraform's commands do (`TF_CLI_ARGS…`), as `NAME=value`, to be shown: without the
/// values of `-var` and `-backend-config`, which may be secrets.
std::vector<std::string> hidden_arguments(const JobEnvironment& job);

/// The failure of an `init` whose output this is came from the network or a registry: trying again may help.
bool is_network_failure(std::string_view output);

/// A plan whose output this is says that targets or exclusions left something out: OpenTofu's JSON does not.
bool is_told_incomplete(std::string_view output);

/// The failure of an `init` whose output this is: the locked providers are not to be had, or are others here.
bool lacks_providers(std::string_view output);

/// How long to wait after try `attempt` (1, 2 …): `first`, doubled for each further one, times 0.5 to 1.5 by `random`
/// of [0, 1), so that jobs that failed together do not come back together.
std::chrono::milliseconds retry_pause(std::chrono::milliseconds first, int attempt, double random);

}  // namespace statelane::runner
