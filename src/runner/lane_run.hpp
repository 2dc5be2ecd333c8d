#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
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
#include "runner/unit_call.hpp"

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

  /// What a program is run for.
  struct Step {
    std::string_view section;               ///< of the log
    std::optional<files::Place> kept_as{};  ///< where its output is left without escapes
    StopWay stop_way = StopWay::by_interrupt;
    std::map<std::string, std::optional<std::string>> environment{};  ///< besides that of every call
    bool only_reads = false;                                          ///< of state and world, by the tool
  };

  /// Runs a program in the state directory, in a section of the log. Its whole output is left in `paths().output`.
  /// Never throws once the program has begun: see `demand_text`.
  Supervised run(const Step& step, std::vector<std::string> argv);

  /// What a step of the tool came to.
  struct ToolRun {
    Supervised ended{};
    std::optional<int> code{};  ///< the tool was never started, as is told: the code to end with
    int code_after = 0;         ///< what ran after the tool, which succeeded, failed with it
  };

  /// Runs the tool in a state that `prepare_terraform` made ready. Of a unit Terragrunt does that now, and then asks
  /// for the tool. `before` is done at the last moment, when the tool can be asked; what it throws passes through.
  ToolRun run_tool(const Step& step, const std::vector<std::string>& argv, const std::function<void()>& before);

  /// Where the tool is run: the state directory, or Terragrunt's copy of a module.
  const std::filesystem::path& working_directory() const { return working_directory_; }

  /// Digests of what Terragrunt gave the tool as inputs; empty where there is no unit.
  const std::map<std::string, std::string>& unit_inputs() const { return unit_inputs_; }

  /// Terragrunt took mock outputs for those of a dependency.
  bool has_mocks() const { return has_mocks_; }

  /// Asks the tool something that it answers in JSON on standard output, which goes to `on_output`; not for longer than
  /// until a further stop signal comes.
  process::Captured ask(std::vector<std::string> argv, std::chrono::milliseconds time_out,
                        const std::function<void(std::string_view)>& on_output);

  /// The end of what the last program printed, where messages stand.
  std::string end_of_output() const;

  /// Throws `Error{environment}` when a text could not be kept.
  void demand_text() const;

  /// `init`, tried again when the network or a registry fails, and the selection of the workspace. 0, or the code to
  /// end with.
  int prepare_terraform();

  /// What a program may have changed when it ends, and so what is to be told then.
  enum class Reach {
    program,  ///< a command of the user: not known
    nothing,  ///< the tool, without a lock
    lock,     ///< the tool, with the state's lock
    state,    ///< the tool, with the lock, on the state and the world
  };

  /// The exit code that a supervised program that did not succeed gives the job; explains the failure, and what a stop
  /// did. After any other end than the tool's own nothing is claimed of state and lock.
  int explain_end(const Supervised& ended, std::string_view what, Reach reach);

  /// Why the last program or step did not succeed, in a sentence of ours or its first error's title; empty: nothing has
  /// failed. It may hold a provider's words.
  const std::string& failure() const { return failure_; }

  /// Waits before a further try and says why it is needed; false when a stop signal comes.
  bool pause_before(int attempt, std::string_view why);

  /// The exit code of a job that was asked to stop before `what`; says so.
  int explain_stop(std::string_view what);

  /// What the lane's tool says of itself, asked once. Empty where it does not say, or when a stop signal came
  /// meanwhile: it may have ended the tool.
  const ToolIdentity& tool();

  /// Throws `Error{environment}` where `tool` said nothing, unless a stop signal came.
  void demand_tool();

  /// When this run began, by the clock of files.
  std::int64_t started() const { return started_; }

  /// What is true of the lane now, as far as it does not come from a plan. Throws `Stopped` when a stop signal comes
  /// while files are read.
  PlanMetadata describe();

  /// Prints refusals that an option lets pass, and throws `Error{refused}` when one stands. Returns the options that
  /// were used. `verb` is what is refused.
  std::vector<std::string> enforce(std::vector<Refusal> refusals, std::string_view verb = "apply");

  /// After `init`: an earlier job of this runner may keep a state that it could not save. It goes once the stored state
  /// has caught up with it; until then it is a refusal.
  std::vector<Refusal> find_unsaved();

 private:
  void refuse_at_once();
  int init();
  ToolRun run_unit(const Step& step, const std::vector<std::string>& argv, const std::function<void()>& before);
  TerragruntVersion ask_terragrunt_version();
  void make_stack();
  int explain_unasked(const UnitCall& call, std::string_view what);
  Supervised try_init(int attempt, const std::vector<std::string>& argv, const ProviderCache& cache);
  void tell_end(const Supervised& ended, std::string_view what, Reach reach, bool went_well);
  void tell_full_disk();
  EnvironmentChanges environment_for_reading() const;

  const LaneDescription& lane_;
  const JobEnvironment& job_;
  const RunOptions& options_;
  std::filesystem::path directory_;
  std::filesystem::path working_directory_;
  ArtifactPaths paths_;
  JobLog log_;
  Supervisor supervisor_;
  EnvironmentChanges environment_;
  EnvironmentChanges garbage_collection_;  ///< of what only reads
  std::optional<Error> lost_text_;
  std::optional<ToolIdentity> tool_;
  process::Captured tool_answer_;
  std::int64_t started_ = 0;
  std::string failure_;
  std::map<std::string, std::string> unit_inputs_;
  bool has_mocks_ = false;
};

/// Why a question to the tool has no answer, in its own words where it has some.
std::string describe_failure(const process::Captured& answer);

}  // namespace statelane::runner
