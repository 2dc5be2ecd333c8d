#include "runner/run_apply.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "base/error.hpp"
#include "base/escape.hpp"
#include "runner/annotations.hpp"
#include "runner/apply_record.hpp"
#include "runner/dotenv.hpp"
#include "runner/earlier_applies.hpp"
#include "runner/early_refusals.hpp"
#include "runner/errored_state.hpp"
#include "runner/lane_run.hpp"
#include "runner/terraform_command.hpp"

namespace statelane::runner {

namespace {

namespace fs = std::filesystem;

PlanMetadata load_metadata(const LaneDescription& lane, const ArtifactPaths& paths) {
  const std::optional<std::string> text = files::read(paths.metadata, largest_record);
  const bool has_plan = lane.commands.has_value() || files::exists(paths.plan_file);
  if (text && has_plan) return parse_metadata(*text);
  throw Error(
      ErrorKind::refused,
      fmt::format("refused to apply {}: {} is not there; the artifact of its plan job is missing or has expired",
                  lane.state_id, escape_for_terminal((text ? paths.plan_file : paths.metadata).string())),
      {"retry the plan job and review its plan", "let the apply job need its plan job, with artifacts"});
}

/// What one apply changed under this plan. From a damaged record it cannot be told.
std::vector<Refusal> find_changed_outputs(const LaneDescription& lane, const PlanMetadata& planned,
                                          std::string_view text) {
  try {
    return runner::find_changed_outputs(planned.outputs.remote, parse_record(text).outputs, lane.read_outputs);
  } catch (const Error& error) {
    return {{Guard::changed_outputs, error.what(), error.hints().front()}};
  }
}

/// What the applies that ran before this one, in this pipeline, changed under this plan.
std::vector<Refusal> find_changed_outputs(const LaneDescription& lane, const PlanMetadata& planned) {
  std::vector<Refusal> result;
  const files::Place artifacts = artifacts_directory(lane.project_directory);
  for (const std::string& slug : list_lanes(artifacts)) {
    if (slug == lane.slug) continue;
    const std::optional<std::string> text = files::read(artifacts / slug / "applied.json", largest_record);
    if (!text) continue;
    const std::vector<Refusal> found = find_changed_outputs(lane, planned, *text);
    result.insert(result.end(), found.begin(), found.end());
  }
  std::sort(result.begin(), result.end(),
            [](const Refusal& left, const Refusal& right) { return left.message < right.message; });
  return result;
}

std::vector<Refusal> verify(const LaneDescription& lane, const JobEnvironment& job, LaneRun& run,
                            const PlanMetadata& planned, const ApplyQuestions& questions) {
  ApplyConditions conditions;
  if (!lane.commands) run.demand_tool();
  conditions.now = run.describe();
  conditions.changed_files = find_changed_files(lane, planned.files);
  conditions.time = std::time(nullptr);
  conditions.branch = job.branch;
  if (job.ci) conditions.apply_branches = lane.apply_branches;
  conditions.is_recorded = job.ci;
  conditions.in_merge_request = job.in_merge_request();
  conditions.deploy_freeze = job.deploy_freeze;
  conditions.max_destroy = lane.max_destroy;
  conditions.is_lost_with_job = is_lost_with_job(lane, job, planned.stored_state);
  conditions.existed_at_base = planned.was_empty && questions.existed_at_base && questions.existed_at_base();
  conditions.still_used_by = lane.still_used_by;
  std::vector<Refusal> refusals = find_refusals(planned, conditions);
  const std::vector<Refusal> changed = find_changed_outputs(lane, planned);
  refusals.insert(refusals.end(), changed.begin(), changed.end());
  const std::vector<Refusal> missing = find_missing_applies(lane, job.applies_before);
  refusals.insert(refusals.end(), missing.begin(), missing.end());
  if (planned.has_mocks)
    refusals.push_back(
        {Guard::changed_outputs, std::string(mocks_text), "apply the dependency, then retry the plan job"});
  if (planned.has_changes) return refusals;
  // Nothing will be done, so when and where it is not done does not matter.
  std::erase_if(refusals, [](const Refusal& refusal) {
    return refusal.guard == Guard::expiry || refusal.guard == Guard::branch || refusal.guard == Guard::deploy_freeze;
  });
  return refusals;
}

/// What the plan job left because git does not have it. Where no lock file is committed the plan's own is taken, so
/// that `init` selects nothing anew.
void lay_down(const LaneDescription& lane, const LaneRun& run, const PlanMetadata& planned) {
  lay_down_files(lane, run.paths(), planned.files);
  if (fs::exists(run.lock_file())) return;
  if (const auto text = files::read(run.paths().lock_file, largest_record))
    files::write({run.lock_file().parent_path(), run.lock_file().filename()}, *text);
}

/// Throws `Error{refused}`: the providers that were planned with are not to be had here.
void refuse_other_providers(const LaneDescription& lane, const LaneRun& run) {
  if (!lacks_providers(run.end_of_output())) return;
  throw Error(ErrorKind::refused,
              fmt::format("refused to apply {}: planned with other provider versions than can be installed here",
                          lane.state_id),
              {"retry the plan job and review its plan"});
}

void add_passed(ApplyRecord& record, const std::vector<std::string>& passed) {
  record.passed_guards.insert(record.passed_guards.end(), passed.begin(), passed.end());
}

/// `init`, as far as Terragrunt does not do it. 0, or the code to end with.
int prepare(const LaneDescription& lane, LaneRun& run, const PlanMetadata& planned) {
  lay_down(lane, run, planned);
  const int code = run.prepare_terraform();
  if (code != 0) refuse_other_providers(lane, run);
  return code;
}

/// That `init` came to the state that was planned on, and Terragrunt to the same inputs: Terraform would apply the
/// planned ones all the same.
void enforce_place(const LaneDescription& lane, const JobEnvironment& job, LaneRun& run, const PlanMetadata& planned,
                   ApplyRecord& record) {
  std::vector<Refusal> refusals = run.find_unsaved();
  const bool are_known = !lane.is_unit || is_encrypted_plan(run.paths().plan_file);
  if (const std::string other = are_known ? "" : describe_other_inputs(planned.unit_inputs, run.unit_inputs());
      !other.empty())
    refusals.push_back({Guard::changed_outputs, other, "retry the plan job and review its plan"});
  if (!planned.stored_state.empty()) {
    const std::string difference = describe_difference(
        planned.stored_state, read_stored_state(lane, job, run.environment(), run.working_directory()));
    if (!difference.empty()) {
      refusals.insert(refusals.begin(),
                      {Guard::stored_state, "the plan is of another stored state: " + difference,
                       "give both jobs the same backend settings (variables scoped to an environment reach the apply "
                       "only), then retry the plan job"});
    }
  }
  add_passed(record, run.enforce(std::move(refusals)));
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
               check.branch.empty() ? "apply in a pipeline of a branch"
               : check.may_pass     ? "when origin answers again, start this job again"
                                    : "use an image with git and let the job fetch from its remote"}};
  }
  return {};
}

/// A server that is restarted must not end an apply: it is asked again, as often as `init` is tried.
BranchCheck ask_newest(LaneRun& run, const RunOptions& options, const ApplyQuestions& questions) {
  for (int attempt = 1;; ++attempt) {
    BranchCheck check = questions.newest();
    const bool is_last = check.result != BranchCheck::Result::cannot_tell || !check.may_pass ||
                         attempt >= options.init_attempts || run.supervisor().is_stopping();
    if (is_last || !run.pause_before(attempt + 1, "origin gave no answer: " + check.detail)) return check;
  }
}

/// Asks for the newest commit unless the answer would not count.
std::vector<std::string> enforce_newest(LaneRun& run, const RunOptions& options, const ApplyQuestions& questions) {
  if (!options.passed.contains(Guard::newest_commit)) return run.enforce(judge(ask_newest(run, options, questions)));
  run.log().line("statelane: --newest-commit off: whether the branch has moved on is not looked at");
  return {std::string(option_of(Guard::newest_commit))};
}

/// What GitLab says of earlier applies. That it cannot be asked is no reason not to apply.
std::vector<std::string> enforce_ledger(LaneRun& run, const ApplyQuestions& questions) {
  if (!questions.ledger) return {};
  const LedgerCheck check = questions.ledger();
  for (const std::string& remark : check.remarks) run.log().line("statelane: " + escape_for_terminal(remark));
  if (check.applied_since.empty()) return {};
  return run.enforce({{Guard::applied_since, check.applied_since, "apply from the newest pipeline of the branch"}});
}

/// `terraform output -json`; empty, with a line in the log, when it cannot be had.
std::string ask_outputs(const LaneDescription& lane, LaneRun& run) {
  std::string text;
  const process::Captured answer = run.ask(output_arguments(lane, run.tool()), std::chrono::minutes(5),
                                           [&](std::string_view piece) { text.append(piece); });
  if (answer.status.succeeded()) return text;
  run.log().line(fmt::format("statelane: the outputs cannot be read: {}", describe_failure(answer)));
  return "";
}

/// The outputs that an apply left, where there can be any.
std::string learn_outputs_after(const LaneDescription& lane, LaneRun& run, const SeenOutputs& seen) {
  if (lane.commands) return "";
  const bool has_none = seen.own.empty() && seen.planned && seen.planned->empty();
  return has_none ? "{}" : ask_outputs(lane, run);
}

/// Writes what the user asked to hand on to later jobs.
void write_dotenv(const LaneDescription& lane, const RunOptions& options, LaneRun& run, const std::string& outputs) {
  if (options.dotenv_outputs.empty()) return;
  if (outputs.empty())
    throw Error(ErrorKind::environment, fmt::format("the outputs of {} cannot be handed on", lane.state_id));
  files::write(run.paths().dotenv, render_dotenv(outputs, options.dotenv_outputs));
}

OutputDigests digest_outputs(const JobEnvironment& job, const std::string& outputs, std::set<std::string>& sensitive) {
  if (outputs.empty()) return {};
  OutputDigestReader reader(OutputDigestReader::Source::output_command, job.root_pipeline);
  reader.add(outputs);
  SeenOutputs seen = reader.finish();
  sensitive.merge(seen.sensitive);
  return std::move(seen.own);
}

/// Leaves what was done for the applies that depend on this one. Outputs that cannot be read count as changed.
void write_record(const LaneDescription& lane, const JobEnvironment& job, LaneRun& run, const PlanMetadata& planned,
                  const std::string& outputs, ApplyRecord record) {
  record.commit = job.commit;
  record.finished = std::time(nullptr);
  std::set<std::string> sensitive = planned.outputs.sensitive;
  record.outputs = {lane.state_id, planned.outputs.own, digest_outputs(job, outputs, sensitive)};
  if (is_encrypted_plan(run.paths().plan_file)) {
    for (const OutputDigests* side : {&record.outputs.before, &record.outputs.after})
      for (const auto& [name, digest] : *side) sensitive.insert(name);
  }
  record.outputs = hide_sensitive(std::move(record.outputs), sensitive);
  files::write(run.paths().record, render_record(record));
}

/// A plan that is encrypted says nothing of its outputs but their names: they are asked for before the apply.
void learn_outputs(const LaneDescription& lane, const JobEnvironment& job, LaneRun& run, SeenOutputs& seen) {
  if (lane.commands || seen.own.empty() || !is_encrypted_plan(run.paths().plan_file)) return;
  seen.own = digest_outputs(job, ask_outputs(lane, run), seen.sensitive);
}

/// A plan without changes is done at once, and its outputs stay what they were.
void record_nothing_to_do(const LaneDescription& lane, const JobEnvironment& job, const LaneRun& run,
                          const PlanMetadata& planned, ApplyRecord record) {
  record.commit = job.commit;
  record.finished = std::time(nullptr);
  record.outputs = hide_sensitive({lane.state_id, planned.outputs.own, planned.outputs.own}, planned.outputs.sensitive);
  files::write(run.paths().record, render_record(record));
}

/// The exit code of an apply that has ended, told in the log.
int finish(const LaneDescription& lane, LaneRun& run, const Supervised& applied, const AppliedChanges& done) {
  const std::string_view what = lane.commands ? std::string_view(lane.commands->apply.front()) : "apply";
  if (!applied.started || !applied.status.succeeded()) {
    const int code = run.explain_end(applied, what, lane.commands ? LaneRun::Reach::program : LaneRun::Reach::state);
    if (applied.started && !lane.commands) run.log().write(render_applied(done));
    return code;
  }
  run.log().line(fmt::format("statelane: {} is applied{}", lane.state_id, render_counts(done)));
  return 0;
}

/// Where the text of the apply is kept; nowhere when the plan is encrypted, since values stand in it.
std::optional<files::Place> kept_text(const LaneRun& run) {
  return is_encrypted_plan(run.paths().plan_file) ? std::nullopt : std::optional(run.paths().apply_text);
}

/// `check` is done at the last moment.
LaneRun::ToolRun apply(const LaneDescription& lane, const JobEnvironment& job, const RunOptions& options, LaneRun& run,
                       const std::function<void()>& check) {
  if (lane.commands) {
    check();
    return {run.run({"apply", run.paths().apply_text}, lane.commands->apply)};
  }
  std::optional<fs::file_time_type> older;
  const std::vector<std::string> argv = apply_arguments(lane, run.tool(), options, run.paths());
  LaneRun::ToolRun applied = run.run_tool({"apply", kept_text(run)}, argv, [&] {
    check();
    older = errored_state_time(run.working_directory());
  });
  if (applied.ended.started) keep_errored_state(lane, job, run, older);
  return applied;
}

/// What later jobs want. An apply that failed ends with its own code, whatever becomes of this.
void hand_on(const LaneDescription& lane, const JobEnvironment& job, const RunOptions& options, LaneRun& run,
             const PlanMetadata& planned, const ApplyRecord& record) {
  try {
    const std::string outputs = learn_outputs_after(lane, run, planned.outputs);
    if (planned.has_changes) write_record(lane, job, run, planned, outputs, record);
    if (planned.has_changes)
      write_annotations(lane, job, run.paths(), run.paths().apply_text, "the whole output of the apply");
    if (record.exit_code == 0) write_dotenv(lane, options, run, outputs);
    run.demand_text();
  } catch (const Error& error) {
    if (record.exit_code == 0) throw;
    run.log().line(fmt::format("statelane: {}", error.what()));
  }
}

/// An apply of less than all must not be recorded as one, or the rest would be forgotten.
int end_of(const JobEnvironment& job, const PlanMetadata& planned, LaneRun& run, const ApplyRecord& record) {
  if (record.exit_code != 0 || planned.is_complete || !job.ci) return record.exit_code;
  run.log().line(
      "statelane: what the plan left out is not applied: this job fails, so that GitLab records no success and the "
      "state is offered again");
  return 1;
}

}  // namespace

int run_apply(const LaneDescription& lane, const JobEnvironment& job, const RunOptions& options,
              const ApplyQuestions& questions) {
  refuse_impossible_outputs(lane, options);
  refuse_destroy_of_commands(lane, options);
  refuse_other_checkout(lane, job, options);
  LaneRun run(lane, job, options);
  for (const files::Place& file : {run.paths().record, run.paths().dotenv, run.paths().apply_text, run.paths().output})
    files::remove(file);
  PlanMetadata planned = load_metadata(lane, run.paths());
  check_planned_outputs(planned.outputs, options.dotenv_outputs);
  if (!planned.verdict.empty()) run.log().line("statelane: " + escape_for_terminal(planned.verdict));
  ApplyRecord record;
  record.user = job.user;
  record.job_url = job.job_url;
  std::vector<Refusal> refusals;
  try {
    refusals = verify(lane, job, run, planned, questions);
  } catch (const Stopped&) {
    return run.explain_stop("the apply began; nothing was changed");
  }
  if (run.supervisor().is_stopping()) return run.explain_stop("the apply began; nothing was changed");
  record.passed_guards = run.enforce(std::move(refusals));
  if (!planned.has_changes) {
    run.log().line(fmt::format("statelane: the plan of {} has no changes; there is nothing to apply", lane.state_id));
    record_nothing_to_do(lane, job, run, planned, record);
    if (options.dotenv_outputs.empty()) return end_of(job, planned, run, record);
  }
  if (!lane.commands) {
    if (const int code = prepare(lane, run, planned); code != 0) return code;
    if (!lane.is_unit) enforce_place(lane, job, run, planned, record);
  }
  int code_after = 0;
  if (planned.has_changes) {
    const LaneRun::ToolRun applied = apply(lane, job, options, run, [&] {
      if (lane.is_unit) enforce_place(lane, job, run, planned, record);
      add_passed(record, enforce_newest(run, options, questions));
      add_passed(record, enforce_ledger(run, questions));
      learn_outputs(lane, job, run, planned.outputs);
    });
    if (applied.code) return *applied.code;
    if (applied.ended.started && !lane.commands) record.done = read_applied_changes(run.paths().output);
    record.exit_code = finish(lane, run, applied.ended, record.done);
    if (!applied.ended.started) return record.exit_code;
    code_after = applied.code_after;
  }
  hand_on(lane, job, options, run, planned, record);
  const int code = end_of(job, planned, run, record);
  return code == 0 ? code_after : code;
}

}  // namespace statelane::runner
