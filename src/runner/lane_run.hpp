#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "runner/artifacts.hpp"
#include "runner/job_environment.hpp"
#include "runner/job_log.hpp"
#include "runner/lane.hpp"
#include "runner/plan_metadata.hpp"
#include "runner/supervise.hpp"
#include "runner/terraform_command.hpp"

namespace statelane::runner {

/// One run of one lane: what the verbs have in common. Opens the lane's directory for artifacts and the job's log on
/// standard output; from then on stop signals are taken by the supervisor.
class LaneRun {
 public:
  LaneRun(const LaneDescription& lane, const JobEnvironment& job, const RunOptions& options);

  JobLog& log() { return log_; }
  Supervisor& supervisor() { return supervisor_; }
  const ArtifactPaths& paths() const { return paths_; }
  /// The dependency lock file that `init` reads and writes.
  std::filesystem::path lock_file() const { return directory_ / ".terraform.lock.hcl"; }
  const EnvironmentChanges& environment() const { return environment_; }

  /// Runs a program in the state directory, in a section of the log. Its whole output is left in `paths().output`, and
  /// without escapes in `kept_as` where that is given.
  /// Never throws once the program has begun: see `demand_text`.
  Supervised run(std::string_view section, std::vector<std::string> argv, const std::filesystem::path& kept_as = {});

  /// Throws `Error{environment}` when a text could not be kept.
  void demand_text() const;

  /// `init`, tried again when the network or a registry fails, and the selection of the workspace. 0, or the code to
  /// end with.
  int prepare_terraform();

  /// The exit code that a supervised program that did not succeed gives the job; explains the failure, and what a stop
  /// did.
  int explain_end(const Supervised& ended, std::string_view what);

  /// The exit code of a job that was asked to stop before `what`; says so.
  int explain_stop(std::string_view what);

  /// What the lane's tool says of itself, asked once. Empty where it does not say, or when a stop signal came
  /// meanwhile: it may have ended the tool.
  const ToolIdentity& tool();

  /// Throws `Error{environment}` where `tool` said nothing, unless a stop signal came.
  void demand_tool();

  /// When this run began, by the clock of files.
  std::int64_t started() const { return started_; }

  /// What is true of the lane now, as far as it does not come from a plan.
  PlanMetadata describe();

  /// Prints refusals that an option lets pass, and throws `Error{refused}` when one stands. Returns the options that
  /// were used.
  std::vector<std::string> enforce(std::vector<Refusal> refusals);

 private:
  int init();
  Supervised try_init(int attempt, const std::vector<std::string>& argv, const ProviderCache& cache);
  /// After a stop: what became of state and lock, and the command to look at it. `went_well`: Terraform reports no
  /// failure.
  void tell_state(std::string_view what, bool went_well);

  const LaneDescription& lane_;
  const JobEnvironment& job_;
  const RunOptions& options_;
  std::filesystem::path directory_;
  ArtifactPaths paths_;
  JobLog log_;
  Supervisor supervisor_;
  EnvironmentChanges environment_;
  std::optional<Error> lost_text_;
  std::optional<ToolIdentity> tool_;
  process::Captured tool_answer_;
  std::int64_t started_ = 0;
};

/// Why a question to the tool has no answer, in its own words where it has some.
std::string describe_failure(const process::Captured& answer);

/// Throws `Error{usage}`: a lane outside Terraform has commands to plan and to apply, and none to destroy.
void refuse_destroy_of_commands(const LaneDescription& lane, const RunOptions& options);

}  // namespace statelane::runner
