#include "pipeline/departed_jobs.hpp"

#include <fmt/format.h>

#include "gitlab/limits.hpp"
#include "gitlab/names.hpp"
#include "pipeline/describe_cause.hpp"
#include "pipeline/lane_jobs.hpp"
#include "pipeline/warning_job.hpp"

namespace statelane::pipeline {

namespace {

/// Each warning job occupies a runner.
constexpr std::size_t most_warning_jobs = 20;

/// The commit whose files still know the state.
const std::string& commit_of(const PipelineRequest& request, const impact::Affected& affected) {
  return affected.pending ? affected.pending->base : request.comparison.base;
}

Job begin_job(const std::string& name, std::string_view base, std::string_view step, const PipelineRequest& request,
              const Departed& departed) {
  const std::string& id = departed.state.id;
  return {name,
          {"deleted: " + describe_cause(departed.affected->causes.front())},
          {{"extends", base},
           {"variables", yaml::Value::Map{{"STATELANE_STATE", literal_variable(id)},
                                          {"STATELANE_STEP", step},
                                          {"STATELANE_SLUG", gitlab::slug(id)},
                                          {"STATELANE_FROM", commit_of(request, *departed.affected)}}}}};
}

Job build_plan(const PipelineRequest& request, const Departed& departed, const std::string& plan_environment) {
  Job job = begin_job(departed.plan_job, ".statelane-plan-destroy", "plan", request, departed);
  job.keywords.emplace_back("needs", yaml::Value::List{});
  if (is_on_apply_branch(request, departed.state)) add_plan_environment(job, departed.state, plan_environment);
  add_settings(job, departed.state, false);
  return job;
}

Job build_destroy(const PipelineRequest& request, const Departed& departed, Barriers& barriers) {
  const std::string& id = departed.state.id;
  Job job = begin_job(departed.destroy_job, ".statelane-destroy", "destroy", request, departed);
  yaml::Value::List needs = {yaml::Value::Map{{"job", departed.plan_job}, {"artifacts", true}}};
  for (const std::string& name : barriers.narrow(departed.waits_for, gitlab::max_needs - 1)) {
    needs.push_back(need_without_artifacts(name));
  }
  job.keywords.emplace_back("needs", std::move(needs));
  job.keywords.emplace_back("resource_group", gitlab::resource_group_key(id));
  job.keywords.emplace_back("environment",
                            yaml::Value::Map{{"name", gitlab::environment_name(id)}, {"action", "stop"}});
  // Nobody has to decide anew with each push what an earlier one asked.
  if (departed.affected->pending) job.keywords.emplace_back("allow_failure", true);
  add_settings(job, departed.state, true);
  return job;
}

Job build_warning(const Departed& departed) {
  const bool is_deleted = departed.affected->change == impact::Change::deleted;
  std::vector<std::string> lines = {departed.message};
  lines.insert(lines.end(), departed.hints.begin(), departed.hints.end());
  return build_warning_job(gitlab::job_name(is_deleted ? "deleted" : "retired", departed.state.id), lines);
}

}  // namespace

std::vector<Job> build_departed_jobs(const PipelineRequest& request, const std::vector<Departed>& departed,
                                     const std::string& plan_environment, Barriers& barriers) {
  std::vector<Job> jobs;
  std::vector<Job> warnings;
  std::vector<std::string> messages;
  for (const Departed& one : departed) {
    if (one.has_lane()) {
      jobs.push_back(build_plan(request, one, plan_environment));
      if (!one.destroy_job.empty()) jobs.push_back(build_destroy(request, one, barriers));
      continue;
    }
    warnings.push_back(build_warning(one));
    messages.push_back(one.message);
  }
  if (warnings.size() > most_warning_jobs) {
    warnings = {build_warning_job(fmt::format("left: {} states", warnings.size()), messages)};
  }
  jobs.insert(jobs.end(), std::make_move_iterator(warnings.begin()), std::make_move_iterator(warnings.end()));
  return jobs;
}

}  // namespace statelane::pipeline
