#include "pipeline/build_pipeline.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gitlab/base_choice.hpp"
#include "gitlab/limits.hpp"
#include "gitlab/names.hpp"
#include "pipeline/barriers.hpp"
#include "pipeline/changes_rule.hpp"
#include "pipeline/departed_jobs.hpp"
#include "pipeline/fit_to_server.hpp"
#include "pipeline/lane_jobs.hpp"
#include "pipeline/lanes.hpp"
#include "pipeline/pipeline_head.hpp"
#include "pipeline/provider_caches.hpp"
#include "pipeline/report_job.hpp"
#include "pipeline/second_stage.hpp"
#include "pipeline/shared_templates.hpp"
#include "pipeline/shell_variables.hpp"
#include "pipeline/warning_job.hpp"

namespace statelane::pipeline {

namespace {

using states::State;

/// The jobs of all lanes, and the hidden jobs that they share.
class LaneWriter {
 public:
  LaneWriter(const PipelineRequest& request, const TemplateSet& templates, const ChangesRule& changes,
             config::Gates gates, config::Jobs jobs)
      : applied_(request.applied),
        sees_pending_(request.comparison.base_reason == gitlab::base_reason_name(gitlab::BaseReason::applied)),
        has_gates_(request.gates),
        templates_(templates),
        changes_(changes),
        gates_(gates),
        kind_of_jobs_(jobs),
        templates_have_cache_(have_cache(templates)),
        caches_(request),
        barriers_({{"extends", ".statelane-barrier"}}, gitlab::max_needs) {}

  void add(const Lane& lane) {
    LaneParts parts;
    parts.jobs = kind_of_jobs_;
    parts.plan_environment = plan_environment_of(templates_, plan_template_of(*lane.state, kind_of_jobs_));
    if (const auto commit = applied_.find(lane.state->id); commit != applied_.end()) parts.applied = commit->second;
    // Only where what waits for an apply is among the lanes.
    parts.may_record =
        sees_pending_ && lane.has_apply() && lane.waits_for.empty() && kind_of_jobs_ == config::Jobs::helper;
    add_cache(*lane.state, parts);
    add_changes_rule(lane, parts);
    LaneParts of_plan = parts;
    of_plan.hands_on_applied = lane.has_apply() && gates_ == config::Gates::changed;
    if (const std::string lost = describe_lost(*lane.state); has_gates_ && lane.is_on_apply_branch && !lost.empty())
      of_plan.comments.push_back(lost);
    jobs_.push_back(build_plan_job(lane, of_plan, barriers_));
    if (lane.has_apply() && gates_ == config::Gates::affected) jobs_.push_back(build_apply_job(lane, parts, barriers_));
  }

  void add(const PipelineRequest& request, const std::vector<Departed>& departed) {
    const std::string plan_environment = plan_environment_of(templates_, ".statelane-plan-destroy");
    std::vector<Job> jobs = build_departed_jobs(request, departed, plan_environment, barriers_);
    jobs_.insert(jobs_.end(), std::make_move_iterator(jobs.begin()), std::make_move_iterator(jobs.end()));
  }

  /// This object is spent afterwards.
  std::vector<Job> take_jobs() {
    std::vector<Job> all = caches_.take_jobs();
    all.insert(all.end(), std::make_move_iterator(jobs_.begin()), std::make_move_iterator(jobs_.end()));
    std::vector<Job> barriers = barriers_.take_jobs();
    all.insert(all.end(), std::make_move_iterator(barriers.begin()), std::make_move_iterator(barriers.end()));
    return all;
  }

 private:
  void add_cache(const State& state, LaneParts& parts) {
    if (!wants_provider_cache(state, templates_have_cache_)) return;
    const auto use = caches_.use(state);
    if (!use) return;
    parts.extends.push_back(use->hidden_job);
    parts.writes_cache = use->is_writer;
  }

  void add_changes_rule(const Lane& lane, LaneParts& parts) {
    ChangesRule::Decision decision = changes_.decide(*lane.state, *lane.affected);
    if (!decision.keywords.empty()) {
      const std::string name = "." + gitlab::job_name("changes", lane.state->id);
      jobs_.push_back({name, {}, std::move(decision.keywords)});
      parts.extends.push_back(name);
    } else if (!decision.reason.empty()) {
      parts.comments.push_back("no \"changes\" rule: " + decision.reason);
    }
  }

  const std::map<std::string, std::string>& applied_;
  bool sees_pending_;
  bool has_gates_;
  const TemplateSet& templates_;
  const ChangesRule& changes_;
  config::Gates gates_;
  config::Jobs kind_of_jobs_;
  bool templates_have_cache_;
  ProviderCaches caches_;
  Barriers barriers_;
  std::vector<Job> jobs_;
};

/// `only:changes` for as long as every server takes it.
config::ChangesKeyword usual_keyword(const gitlab::Version& server) {
  return server < gitlab::only_may_be_gone ? config::ChangesKeyword::only : config::ChangesKeyword::rules;
}

bool has_applies(const std::vector<Lane>& lanes) {
  return std::any_of(lanes.begin(), lanes.end(), [](const Lane& lane) { return lane.has_apply(); });
}

void refuse_what_needs_the_helper(const std::vector<Lane>& lanes, config::Gates gates, Diagnostics& diagnostics) {
  for (const Lane& lane : lanes) refuse_helper_settings(*lane.state, diagnostics);
  if (gates == config::Gates::affected) return;
  diagnostics.error(RepoPath::of(config::file_name), std::nullopt,
                    "gates for changed states only are written from what the job helper leaves, and jobs that call "
                    "Terraform alone have none",
                    {"take \"jobs: helper\" or \"gates_for: affected\""});
}

/// Whoever is destroyed waits for applies of this pipeline, and by the job helper.
void refuse_destroying(const std::vector<Departed>& departed, Diagnostics& diagnostics) {
  if (std::none_of(departed.begin(), departed.end(), [](const Departed& one) { return one.has_lane(); })) return;
  diagnostics.error(RepoPath::of(config::file_name), std::nullopt,
                    "deleted states are destroyed by the job helper, in the pipeline that has the applies",
                    {"take \"jobs: helper\" and \"gates_for: affected\", or \"deleted: warn\""});
}

/// All plans of a first stage come before all applies.
void refuse_waiting_plans(std::vector<Lane>& lanes, Diagnostics& diagnostics) {
  for (Lane& lane : lanes) {
    if (!lane.plan_waits || lane.waits_for.empty()) continue;
    lane.plan_waits = false;
    diagnostics.error(
        RepoPath::of(config::file_name), std::nullopt,
        fmt::format("the plan of \"{}\" waits for an apply, and with gates for changed states only, applies "
                    "come after all plans",
                    lane.state->id),
        {"set \"gates_for: affected\", or \"order: parallel\" and \"dependents: none\""});
  }
}

/// The applies that destructions wait for.
std::vector<std::string> find_applies_before(const std::vector<Departed>& departed) {
  std::vector<std::string> jobs;
  for (const Departed& one : departed) jobs.insert(jobs.end(), one.waits_for.begin(), one.waits_for.end());
  return jobs;
}

}  // namespace

Pipeline build_pipeline(const PipelineRequest& request, const impact::Impact& impact, const states::StateGraph& base,
                        const states::StateGraph& head, const TemplateSet& templates, const config::Config& config,
                        Diagnostics& diagnostics) {
  check_job_settings(config, templates, diagnostics);
  std::vector<Lane> lanes = find_lanes(request, impact, head, config, diagnostics);
  const std::vector<Departed> departed = find_departed(request, impact, base, head, lanes, config, diagnostics);
  // Beyond this point the set of jobs is fixed.
  const auto keyword = request.changes_keyword.value_or(config.changes.value_or(usual_keyword(request.server)));
  const ChangesRule changes(request, keyword);
  const config::Gates gates = request.gates_of.value_or(config.gates);
  if (gates == config::Gates::changed) {
    refuse_waiting_plans(lanes, diagnostics);
  } else {
    block_waited_for_gates(lanes, find_applies_before(departed), diagnostics);
  }
  const config::Jobs jobs = request.jobs.value_or(config.jobs);
  if (jobs == config::Jobs::shell) refuse_what_needs_the_helper(lanes, gates, diagnostics);
  if (jobs == config::Jobs::shell || gates == config::Gates::changed) refuse_destroying(departed, diagnostics);
  LaneWriter writer(request, templates, changes, gates, jobs);
  for (const Lane& lane : lanes) writer.add(lane);
  writer.add(request, departed);

  Pipeline pipeline;
  pipeline.jobs = writer.take_jobs();
  const bool has_second_stage = gates == config::Gates::changed && has_applies(lanes);
  if (has_second_stage) {
    for (Job& job : build_second_stage_start(lanes, request.server)) pipeline.jobs.push_back(std::move(job));
  }
  // Without the helper there is neither a program for it nor anything to read.
  if (request.has_report && jobs == config::Jobs::helper && (!lanes.empty() || !request.executed_changes.empty())) {
    pipeline.jobs.push_back(build_report_job(request, lanes));
  }
  for (const auto& [name, lines] : request.notices) pipeline.jobs.push_back(build_warning_job(name, lines));
  if (pipeline.jobs.empty()) pipeline.jobs.push_back(build_noop_job(nothing_reason(request, impact)));
  pipeline.comments = head_comments(request, impact, lanes.empty() ? "" : changes.reason_against_all());
  pipeline.globals = child_globals(request, has_second_stage);
  pipeline.templates = shared_templates(pipeline.jobs, templates, config, request.server);
  fit_to_server(pipeline, request.server, diagnostics);
  add_script_timeouts(pipeline);
  return pipeline;
}

}  // namespace statelane::pipeline
