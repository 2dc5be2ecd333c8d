#include "runner/run_plan.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <ctime>
#include <optional>

#include "base/error.hpp"
#include "runner/annotations.hpp"
#include "runner/certificate_reader.hpp"
#include "runner/drift_result.hpp"
#include "runner/early_refusals.hpp"
#include "runner/lane_run.hpp"
#include "runner/plan_results.hpp"
#include "runner/plan_review.hpp"
#include "runner/plan_summary.hpp"
#include "runner/planned_paths.hpp"
#include "runner/terraform_command.hpp"
#include "runner/utf8_text.hpp"

namespace statelane::runner {

namespace {

struct PlanContents {
  PlanSummary summary;
  SeenOutputs outputs;
  PlannedPaths paths;
  PlanCertificate certificate;
};

enum class Purpose { apply, look };

/// Empty when a stop signal came meanwhile: it may have ended the tool.
std::optional<PlanContents> read_plan(const LaneDescription& lane, const JobEnvironment& job, LaneRun& run,
                                      Purpose purpose, PlanJsonFile* copy) {
  PlanSummaryReader summary;
  OutputDigestReader outputs(OutputDigestReader::Source::plan, job.root_pipeline);
  PlannedPathsReader paths(lane.project_directory);
  CertificateReader certificate(job.review_key, std::time(nullptr));
  const bool certifies = job.ci && purpose == Purpose::apply;
  const auto take = [&](std::string_view piece) {
    summary.add(piece);
    outputs.add(piece);
    paths.add(piece);
    if (certifies) certificate.add(piece);
    if (copy != nullptr) copy->add(piece);
  };
  const process::Captured answer =
      run.ask(show_arguments(lane, run.tool(), run.paths()), std::chrono::minutes(15), take);
  if (answer.status.succeeded())
    return PlanContents{summary.finish(), outputs.finish(), paths.finish(),
                        certifies ? certificate.finish() : PlanCertificate()};
  if (run.supervisor().is_stopping()) return std::nullopt;
  throw Error(ErrorKind::environment, fmt::format("'{} show' cannot read the plan that was just made: {}", lane.tool,
                                                  describe_failure(answer)));
}

/// Runs the configured check; 0 when there is none or it is content.
int run_check(const LaneDescription& lane, LaneRun& run, const std::string& plan_json) {
  std::vector<std::string> argv = lane.after_plan;
  for (std::string& argument : argv) {
    const std::size_t at = argument.find("{plan_json}");
    if (at != std::string::npos) argument.replace(at, std::string_view("{plan_json}").size(), plan_json);
  }
  const Supervised ended = run.run({"after_plan"}, std::move(argv));
  if (ended.started && ended.status.succeeded()) return 0;
  const int code = run.explain_end(ended, "after_plan", LaneRun::Reach::program);
  run.log().line("statelane: the check after the plan failed; the plan is not kept");
  return code;
}

/// Variables of the plan whose values are of the plan's job alone.
void warn_about_variables(const JobEnvironment& job, LaneRun& run, const std::vector<std::string>& variables) {
  for (const std::string& name : variables) {
    const auto set = job.terraform.find("TF_VAR_" + name);
    if (set == job.terraform.end()) continue;
    for (const auto& [origin, value] : job.of_job) {
      if (set->second != value) continue;
      run.log().line(fmt::format(
          "statelane: variable '{}' has the value of {}, which is another one in the apply job: {}", to_utf8(name),
          origin,
          run.tool().is_opentofu() && run.tool().is_at_least(1, 11) ? "OpenTofu will refuse to apply the plan"
                                                                    : "the plan's value is applied"));
    }
  }
}

void warn_about(const LaneDescription& lane, const JobEnvironment& job, JobLog& log, const PlanSummary& summary,
                bool is_destroy) {
  if (summary.complete == false && summary.has_changes()) {
    log.line("statelane: the plan is not complete (targets, or deferred changes): another one will be needed after it");
  }
  if (!lane.still_used_by.empty()) {
    log.line(fmt::format("statelane: state '{}' has, or may have, the same backend: this is applied only with {}",
                         lane.still_used_by, way_past(Guard::still_used, job.ci)));
  }
  if (!is_destroy && lane.max_destroy && summary.destroys() > *lane.max_destroy) {
    log.line(fmt::format("statelane: {}: it is applied only with {}",
                         describe_destroys(summary.destroys(), *lane.max_destroy),
                         way_past(Guard::max_destroy, job.ci)));
  }
}

/// The providers that were selected go with the plan: the apply must not select anew.
void keep_lock_file(const LaneRun& run) {
  if (const auto text = read_followed(run.lock_file(), largest_record)) files::write(run.paths().lock_file, *text);
}

/// Throws `Error{refused}`: the plan made a file where the apply job will not have it.
void refuse_files_elsewhere(const LaneDescription& lane, const JobEnvironment& job, const LaneRun& run,
                            const PlannedPaths& paths) {
  for (const std::string& path : paths.elsewhere) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_ctime < run.started()) continue;
    throw Error(
        ErrorKind::refused,
        fmt::format("refused to plan {}: the plan made {}, outside of the project, where the apply job will not "
                    "have it",
                    lane.state_id, to_utf8(path)),
        {"give it a place below the state's directory, as \"${path.module}/build/NAME\"",
         fmt::format("to go on all the same: {}", way_past(Guard::files, job.ci))});
  }
}

/// What the apply may read and would not have.
std::vector<CarriedFile> carry(const LaneDescription& lane, const JobEnvironment& job, const RunOptions& options,
                               LaneRun& run, const PlannedPaths& paths) {
  if (options.passed.contains(Guard::files)) {
    run.log().line(
        fmt::format("statelane: {}: files that git does not have do not go with the plan", option_of(Guard::files)));
    return {};
  }
  refuse_files_elsewhere(lane, job, run, paths);
  std::vector<CarriedFile> files = carry_files(lane, job, run.paths());
  if (!files.empty()) {
    run.log().line(fmt::format("statelane: {} that git does not have {} with the plan: {}{}",
                               files.size() == 1 ? "a file" : fmt::format("{} files", files.size()),
                               files.size() == 1 ? "goes" : "go", files.front().path, files.size() == 1 ? "" : " ..."));
  }
  return files;
}

/// `meta.json`, written last: without it nothing here counts.
PlanMetadata write_metadata(const LaneDescription& lane, const JobEnvironment& job, const RunOptions& options,
                            LaneRun& run, const PlanContents& plan, const ReviewVerdict& verdict) {
  PlanMetadata metadata = run.describe();
  metadata.has_changes = plan.summary.has_changes();
  metadata.waits = job.waits;
  metadata.verdict = verdict.text;
  metadata.may_open_gate = verdict.may_open_gate;
  metadata.applied = job.applied;
  metadata.is_complete = plan.summary.complete != false;
  metadata.was_empty = plan.summary.create > 0 && !plan.summary.has_prior_objects && plan.outputs.own.empty();
  metadata.create = plan.summary.create;
  metadata.update = plan.summary.update;
  metadata.remove = plan.summary.remove;
  metadata.destroys = plan.summary.destroys();
  if (!lane.commands) {
    metadata.tool_version = plan.summary.tool_version;
    metadata.stored_state = read_stored_state(lane, job, run.environment(), run.working_directory());
    metadata.has_mocks = run.has_mocks();
    metadata.files = carry(lane, job, options, run, plan.paths);
  }
  if (!plan.paths.holds_checkout) metadata.checkout.clear();
  metadata.created = std::time(nullptr);
  if (lane.plan_life) metadata.expires = metadata.created + lane.plan_life->count();
  for (const Guard guard : options.passed) metadata.passed_guards.emplace_back(option_of(guard));
  // Who may read a plan file that is not encrypted needs no digests to know its values.
  const bool is_encrypted = is_encrypted_plan(run.paths().plan_file);
  metadata.outputs = is_encrypted ? without_digests(plan.outputs) : plan.outputs;
  if (!is_encrypted) metadata.unit_inputs = run.unit_inputs();
  // Outputs of what a target leaves out are not told, and will be there.
  if (plan.summary.complete == false) metadata.outputs.planned.reset();
  files::write(run.paths().metadata, render_metadata(metadata));
  return metadata;
}

/// What the gate will ask is known here already, and is told to who reads the plan.
void tell_refusals(const LaneDescription& lane, const JobEnvironment& job, JobLog& log, const PlanMetadata& planned,
                   const std::function<bool()>& existed_at_base) {
  if (!planned.has_changes) return;
  const auto tell = [&](std::string_view what, Guard guard) {
    log.line(fmt::format("statelane: {}: this is applied only with {}", what, way_past(guard, job.ci)));
  };
  if (planned.has_mocks) tell(mocks_text, Guard::changed_outputs);
  if (is_lost_with_job(lane, job, planned.stored_state)) tell(lost_with_job_text, Guard::local_state);
  if (planned.was_empty && existed_at_base && existed_at_base()) tell(empty_state_text, Guard::empty_state);
}

int run_custom_plan(const LaneDescription& lane, const JobEnvironment& job, const RunOptions& options, LaneRun& run,
                    Results& results) {
  if (!lane.commands->plan.empty()) {
    const Supervised ended = run.run({"plan", run.paths().text}, lane.commands->plan);
    if (!ended.started || !ended.status.succeeded())
      return run.explain_end(ended, lane.commands->plan.front(), LaneRun::Reach::program);
    run.demand_text();
  }
  write_annotations(lane, job, run.paths(), run.paths().text, "the whole plan");
  PlanContents unknown;
  unknown.summary.applyable = true;
  write_metadata(lane, job, options, run, unknown, {});
  results.keep();
  return 0;
}

/// Terraform's `-detailed-exitcode`: 0 no changes, 2 changes. A crash has 2 as well, and no plan.
bool is_planned(const Supervised& ended, const ArtifactPaths& paths) {
  if (!ended.started) return false;
  if (ended.status.succeeded()) return true;
  return ended.status == process::ExitStatus::exited(2) && files::read_end(paths.plan_file, 1) != "";
}

/// What a plan that was made contains, told in the log; or the exit code to end with.
struct Planned {
  int code = 0;
  PlanContents contents{};
};

Planned make_plan(const LaneDescription& lane, const JobEnvironment& job, const RunOptions& options, LaneRun& run,
                  Purpose purpose) {
  if (const int code = run.prepare_terraform(); code != 0) return {code};
  const auto look_for_unsaved = [&] {
    if (purpose == Purpose::apply) run.enforce(run.find_unsaved(), "plan");
  };
  // Terraform would create it readable for all; an existing file keeps its rights.
  files::write(run.paths().plan_file, "");
  const bool locks = locks_plan(lane, job, options);
  if (!locks && !options.lock && !job.in_merge_request())
    run.log().line(
        "statelane: the plan takes no lock: only this job's token could free it, and it is dead once the server ends "
        "the "
        "job");
  const StopWay way = locks ? StopWay::by_interrupt : StopWay::at_once;
  const auto [ended, code, code_after] =
      run.run_tool({"plan", run.paths().text, way, plan_environment(lane, job), true},
                   plan_arguments(lane, job, options, run.paths()), look_for_unsaved);
  if (code) return {*code};
  // A failed plan leaves a plan file too, and its JSON looks like "no changes": only the exit code tells.
  if (!is_planned(ended, run.paths()))
    return {run.explain_end(ended, "plan", locks ? LaneRun::Reach::lock : LaneRun::Reach::nothing)};
  if (code_after != 0) return {code_after};
  run.demand_text();
  const bool is_told_to_be_incomplete = is_told_incomplete(run.end_of_output());
  // What is encrypted in the plan file must not lie beside it in clear.
  const bool is_encrypted = is_encrypted_plan(run.paths().plan_file);
  if (is_encrypted) files::remove(run.paths().text);

  std::optional<PlanJsonFile> plan_json;
  if (!lane.after_plan.empty()) plan_json.emplace(lane);
  std::optional<PlanContents> contents = read_plan(lane, job, run, purpose, plan_json ? &*plan_json : nullptr);
  if (!contents) return {run.explain_stop("the plan was read; it is not kept")};
  Planned result{0, std::move(*contents)};
  PlanSummary& summary = result.contents.summary;
  if (is_told_to_be_incomplete) summary.complete = false;
  if (summary.errored) throw Error(ErrorKind::environment, "the plan stopped half-way", {"see the errors above"});
  run.log().write(render_summary(summary, lane.state_id, is_encrypted ? "" : "plan.txt"));
  warn_about(lane, job, run.log(), summary, options.destroy);
  warn_about_variables(job, run, summary.variables);
  if (!plan_json) return result;
  plan_json->keep();
  result.code = run_check(lane, run, plan_json->name());
  return result;
}

/// What a plan is asked with.
struct PlanRequest {
  const LaneDescription& lane;
  const JobEnvironment& job;
  const RunOptions& options;
  const PlanQuestions& questions;
};

/// Whether nothing keeps the plan from looking at the world.
bool refreshes(const JobEnvironment& job) {
  return std::none_of(job.terraform.begin(), job.terraform.end(), [](const auto& variable) {
    const bool is_arguments = variable.first == "TF_CLI_ARGS" || variable.first == "TF_CLI_ARGS_plan";
    return is_arguments && variable.second.find("-refresh") != std::string::npos;
  });
}

/// Leaves the certificate of the plan, and says what the plan is against the one that was reviewed.
ReviewVerdict compare_with_reviewed(const LaneDescription& lane, const JobEnvironment& job, const RunOptions& options,
                                    const PlanQuestions& questions, LaneRun& run, const PlanContents& plan) {
  if (!job.ci) return {};
  PlanCertificate certificate = plan.certificate;
  certificate.state = lane.state_id;
  certificate.commit = job.commit;
  certificate.source = job.source_commit.empty() ? job.commit : job.source_commit;
  certificate.merge_request = job.merge_request;
  certificate.is_protected = job.is_ref_protected;
  files::write(run.paths().certificate, render_certificate(certificate, job.review_key));
  if (!questions.find_reviewed || !plan.summary.has_changes() || options.destroy) return {};
  ReviewVerdict verdict = judge_reviewed_plan(questions.find_reviewed(), certificate, plan.summary);
  run.log().write(render_verdict(verdict));
  return verdict;
}

/// Plans and leaves what the gate needs, `review` with what the plan changes among it. The exit code.
int plan_for_apply(const PlanRequest& request, LaneRun& run, PlanReview& review) {
  const auto& [lane, job, options, questions] = request;
  Results results(run.paths());
  if (lane.commands) return run_custom_plan(lane, job, options, run, results);
  const auto [code, plan] = make_plan(lane, job, options, run, Purpose::apply);
  if (code != 0) return options.detailed_exit_code && code == 2 ? 1 : code;
  if (run.supervisor().is_stopping()) return run.explain_stop("the results were written; the plan is not kept");
  files::write(run.paths().report, render_report(plan.summary));
  write_annotations(lane, job, run.paths(), run.paths().text, "the whole plan");
  keep_lock_file(run);
  describe_changes(plan.summary, review);
  const ReviewVerdict verdict = compare_with_reviewed(lane, job, options, questions, run, plan);
  review.verdict = verdict.text;
  review.verdict_details = verdict.details;
  files::write(run.paths().review, render_review(review));
  tell_refusals(lane, job, run.log(), write_metadata(lane, job, options, run, plan, verdict),
                questions.existed_at_base);
  if (!options.keep_plan_file) results.drop_plan();
  results.keep();
  const bool is_all_there = !plan.summary.has_changes() && plan.summary.complete != false && refreshes(job);
  if (is_all_there && !options.destroy && questions.record_as_applied)
    run.log().line("statelane: " + questions.record_as_applied());
  return options.detailed_exit_code && plan.summary.has_changes() ? 2 : 0;
}

}  // namespace

int run_plan(const LaneDescription& lane, const JobEnvironment& job, const RunOptions& options,
             const PlanQuestions& questions) {
  refuse_destroy_of_commands(lane, options);
  refuse_other_checkout(lane, job, options);
  LaneRun run(lane, job, options);
  PlanReview review{lane.state_id, job.commit, job.job_url};
  const auto keep_failure = [&](const std::string& why) {
    review.failure = why;
    files::write(run.paths().review, render_review(review));
  };
  try {
    const int code = plan_for_apply({lane, job, options, questions}, run, review);
    const bool is_made = code == 0 || (options.detailed_exit_code && code == 2);
    if (!is_made) keep_failure(run.failure());
    return code;
  } catch (const Stopped&) {
    const int code = run.explain_stop("the results were written; the plan is not kept");
    keep_failure(run.failure());
    return code;
  } catch (const Error& error) {
    keep_failure(error.what());
    throw;
  }
}

int run_drift(const LaneDescription& lane, const JobEnvironment& job, const RunOptions& options) {
  if (lane.commands) {
    throw Error(ErrorKind::usage,
                fmt::format("{} is a lane outside Terraform; what has drifted there is not known", lane.state_id));
  }
  refuse_other_checkout(lane, job, options);
  RunOptions looking = options;
  looking.lock = options.lock.value_or(false);
  LaneDescription unchecked = lane;
  unchecked.after_plan.clear();
  unchecked.max_destroy.reset();
  LaneRun run(unchecked, job, looking);
  const Results results(run.paths());
  const files::Place found = run.paths().directory / "drift.json";
  files::remove(found);
  const auto [code, plan] = make_plan(unchecked, job, looking, run, Purpose::look);
  if (code != 0) return code;
  const PlanSummary& summary = plan.summary;
  files::write(found, render_drift_result({lane.state_id, summary.has_changes(), summary.create, summary.update,
                                           summary.remove, summary.changed_outside, summary.tool_version}));
  return summary.has_changes() ? 2 : 0;
}

}  // namespace statelane::runner
