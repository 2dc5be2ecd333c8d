#pragma once

#include <optional>
#include <vector>

#include "pipeline/barriers.hpp"
#include "pipeline/lanes.hpp"
#include "pipeline/template_set.hpp"

namespace statelane::pipeline {

/// What a lane's jobs take from hidden jobs beside their templates.
struct LaneParts {
  std::vector<std::string> extends;   ///< hidden jobs that both extend, after the template
  std::vector<std::string> comments;  ///< lines above both jobs, after the cause
  bool writes_cache = false;          ///< the plan job writes the provider cache
  config::Jobs jobs = config::Jobs::helper;
  bool needs_may_be_missing = false;  ///< other lanes may not be in the pipeline: static pipelines
  std::string plan_pipeline;          ///< id of another pipeline, in which the plan was made
  std::string applied{};              ///< the commit that was applied last; empty: not known
  bool hands_on_applied = false;      ///< the gate is in a pipeline of its own, and knows what the plan knows
  bool may_record = false;            ///< a plan without changes may be recorded as applied
  std::string plan_environment;       ///< `environment:action` that the templates give to plans; empty: none
};

/// The hidden jobs that the lane's plan job and its apply job extend.
std::string plan_template_of(const states::State& state, config::Jobs jobs);

std::string apply_template_of(const states::State& state, config::Jobs jobs);

/// `plan: ID`. Settings of the configuration are merged in; what would break the lane has been refused before.
Job build_plan_job(const Lane& lane, const LaneParts& parts, Barriers& barriers);

/// `apply: ID`, for a lane that has an apply.
Job build_apply_job(const Lane& lane, const LaneParts& parts, Barriers& barriers);

/// Gives a plan the state's environment, for the variables and credentials that are scoped to it, where its settings or
/// the template say so. Only for pipelines of apply branches: elsewhere whoever can push a branch would have them too.
void add_plan_environment(Job& job, const states::State& state, const std::string& of_template);

/// Merges the configuration's `job` of the state in. What would break the lane has been refused before.
void add_settings(Job& job, const states::State& state, bool is_apply);

/// `drift: ID`: the state against the world.
Job build_drift_job(const Lane& lane, const LaneParts& parts);

/// The only job of a pipeline in which nothing runs; its log says why.
Job build_noop_job(const std::string& reason);

/// A variable that nobody expands, whatever is in it.
yaml::Value literal_variable(std::string_view value);

/// Errors for keywords in the configuration's `job` of any state that would break a lane.
void check_job_settings(const config::Config& config, const TemplateSet& templates, Diagnostics& diagnostics);

}  // namespace statelane::pipeline
