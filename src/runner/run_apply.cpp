#include "runner/run_apply.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "base/error.hpp"
#include "runner/lane_run.hpp"
#include "runner/terraform_command.hpp"

namespace statelane::runner {

namespace {

namespace fs = std::filesystem;

PlanMetadata load_metadata(const LaneDescription& lane, const ArtifactPaths& paths) {
  const std::optional<std::string> text = read_file(paths.metadata);
  const bool has_plan = lane.commands.has_value() || fs::exists(paths.plan_file);
  if (text && has_plan) return parse_metadata(*text);
  throw Error(
      ErrorKind::refused,
      fmt::format("refused to apply {}: {} is not there; the artifact of its plan job is missing or has expired",
                  lane.state_id, (text ? paths.plan_file : paths.metadata).string()),
      {"retry the plan job and review its plan", "let the apply job need its plan job, with artifacts"});
}

std::vector<Refusal> verify(const LaneDescription& lane, const JobEnvironment& job, LaneRun& run,
                            const PlanMetadata& planned) {
  ApplyConditions conditions;
  conditions.now = run.describe();
  if (!lane.commands) conditions.now.tool_version = run.ask_tool_version();
  conditions.time = std::time(nullptr);
  conditions.branch = job.branch;
  if (job.ci) conditions.apply_branches = lane.apply_branches;
  conditions.in_merge_request = job.in_merge_request();
  conditions.deploy_freeze = job.deploy_freeze;
  conditions.max_destroy = lane.max_destroy;
  std::vector<Refusal> refusals = find_refusals(planned, conditions);
  if (planned.has_changes) return refusals;
  // Nothing will be done, so when and where it is not done does not matter.
  std::erase_if(refusals, [](const Refusal& refusal) {
    return refusal.guard == Guard::expiry || refusal.guard == Guard::branch || refusal.guard == Guard::deploy_freeze;
  });
  return refusals;
}

std::vector<Refusal> judge(const BranchCheck& check) {
  using Result = BranchCheck::Result;
  const std::string again = "apply from the newest pipeline of the branch";
  switch (check.result) {
    case Result::newest:
    case Result::same_inputs: return {};
    case Result::inputs_differ:
      return {{Guard::newest_commit,
               fmt::format("branch {} has moved on, and what this state depends on differs there{}", check.branch,
                           check.detail.empty() ? "" : ": " + check.detail),
               again}};
    case Result::gone:
      return {{Guard::newest_commit, fmt::format("branch {} is not there any more", check.branch),
               "apply from a pipeline of a branch that exists"}};
    case Result::not_contained:
      return {{Guard::newest_commit, fmt::format("branch {} no longer contains this commit", check.branch), again}};
    case Result::cannot_tell:
      return {{Guard::newest_commit,
               fmt::format("it cannot be told whether this commit is still the newest: {}", check.detail),
               "use an image with git and let the job fetch from its remote"}};
  }
  return {};
}

/// Asks for the newest commit unless the answer would not count.
std::vector<std::string> enforce_newest(LaneRun& run, const RunOptions& options, const BranchQuestion& newest) {
  if (!options.passed.contains(Guard::newest_commit)) return run.enforce(judge(newest()));
  run.log().line("statelane: --newest-commit off: whether the branch has moved on is not looked at");
  return {std::string(option_of(Guard::newest_commit))};
}

/// Terraform leaves the state that it could not save in its directory. It goes where only its owner reads it and the
/// job's artifacts find it.
void keep_errored_state(const LaneDescription& lane, LaneRun& run, std::optional<fs::file_time_type> older) {
  const fs::path left = lane_directory(lane) / "errored.tfstate";
  std::error_code error;
  const fs::file_time_type written = fs::last_write_time(left, error);
  if (error || written == older) return;
  const fs::path& kept = run.paths().errored_state;
  write_private_file(kept, read_file(left).value_or(""));
  fs::remove(left, error);
  run.log().line(
      fmt::format("statelane: the state that could not be saved is kept in {}\n  when the backend works again: {} "
                  "-chdir={} state push {}",
                  kept.string(), lane.tool, lane_directory(lane).string(), kept.string()));
}

std::optional<fs::file_time_type> errored_state_time(const LaneDescription& lane) {
  std::error_code error;
  const fs::file_time_type time = fs::last_write_time(lane_directory(lane) / "errored.tfstate", error);
  return error ? std::nullopt : std::optional(time);
}

int finish(const LaneDescription& lane, LaneRun& run, const Supervised& applied, std::string_view what) {
  if (!applied.started || !applied.status.succeeded()) return run.explain_end(applied, what);
  run.log().line(fmt::format("statelane: {} is applied", lane.state_id));
  return 0;
}

}  // namespace

int run_apply(const LaneDescription& lane, const JobEnvironment& job, const RunOptions& options,
              const BranchQuestion& newest) {
  LaneRun run(lane, job, options);
  const PlanMetadata planned = load_metadata(lane, run.paths());
  run.enforce(verify(lane, job, run, planned));
  if (!planned.has_changes) {
    run.log().line(fmt::format("statelane: the plan of {} has no changes; there is nothing to apply", lane.state_id));
    return 0;
  }
  const fs::path text = run.paths().directory / "apply.txt";
  if (lane.commands) {
    enforce_newest(run, options, newest);
    return finish(lane, run, run.run("apply", lane.commands->apply, text), lane.commands->apply.front());
  }
  if (const int code = run.prepare_terraform(); code != 0) return code;
  enforce_newest(run, options, newest);
  const auto older = errored_state_time(lane);
  const Supervised applied = run.run("apply", apply_arguments(lane, options, run.paths()), text);
  keep_errored_state(lane, run, older);
  return finish(lane, run, applied, "apply");
}

}  // namespace statelane::runner
