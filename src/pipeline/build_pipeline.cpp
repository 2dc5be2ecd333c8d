#include "pipeline/build_pipeline.hpp"

#include <set>

#include "gitlab/limits.hpp"
#include "gitlab/names.hpp"
#include "pipeline/barriers.hpp"
#include "pipeline/changes_rule.hpp"
#include "pipeline/departed_jobs.hpp"
#include "pipeline/lane_jobs.hpp"
#include "pipeline/lanes.hpp"
#include "pipeline/merge_keywords.hpp"
#include "pipeline/pipeline_head.hpp"
#include "pipeline/provider_caches.hpp"
#include "pipeline/warning_job.hpp"

namespace statelane::pipeline {

namespace {

using states::State;

/// The names of hidden jobs that `jobs` extend.
std::vector<std::string> used_templates(const std::vector<Job>& jobs) {
  std::set<std::string> names;
  for (const Job& job : jobs) {
    const YamlValue* extends = job.find("extends");
    if (extends == nullptr) continue;
    for (std::string& name : extended_names(*extends)) names.insert(std::move(name));
  }
  return {names.begin(), names.end()};
}

/// What of a template follows from the configuration or the server's version, unless the user's own template says it.
void adapt_template(Job& job, const TemplateSet& templates, const config::Config& config,
                    const gitlab::Version& server) {
  const YamlValue* found = job.find("artifacts");
  if (found == nullptr || found->as_map() == nullptr) return;
  YamlValue::Map artifacts = *found->as_map();
  // An apply that takes another one's record cannot start once that has expired, so it lives as long as a plan.
  if (!templates.is_overridden(job.name, "artifacts.expire_in")) {
    set_keyword(artifacts, "expire_in", config.expire_in);
  }
  const bool knows_access = gitlab::supports(gitlab::Feature::artifacts_access, server);
  if (!knows_access && !templates.is_overridden(job.name, "artifacts.access")) {
    std::erase_if(artifacts, [](const auto& entry) { return entry.first == "access"; });
    set_keyword(artifacts, "public", false);
  }
  set_keyword(job.keywords, "artifacts", std::move(artifacts));
}

Job build_noop_job(const PipelineRequest& request, const impact::Impact& impact) {
  const std::string reason = nothing_reason(request, impact);
  return {"nothing-to-do",
          {},
          {{"extends", ".statelane-noop"},
           {"variables", YamlValue::Map{{"STATELANE_REASON", literal_variable(reason)}}},
           {"needs", YamlValue::List{}}}};
}

bool has_cache(const TemplateSet& templates, std::string_view name) {
  return find_keyword(templates.resolved(name), "cache") != nullptr;
}

/// The jobs of all lanes, and the hidden jobs that they share.
class LaneWriter {
 public:
  LaneWriter(const PipelineRequest& request, const TemplateSet& templates, const ChangesRule& changes)
      : changes_(changes),
        templates_have_cache_(has_cache(templates, ".statelane-plan") || has_cache(templates, ".statelane-apply")),
        caches_(request.lock_files),
        barriers_({{"extends", ".statelane-barrier"}}, gitlab::max_needs) {}

  void add(const Lane& lane) {
    LaneParts parts;
    add_cache(*lane.state, parts);
    add_changes_rule(lane, parts);
    jobs_.push_back(build_plan_job(lane, parts, barriers_));
    if (lane.has_apply()) jobs_.push_back(build_apply_job(lane, parts, barriers_));
  }

  void add(const PipelineRequest& request, const std::vector<Departed>& departed) {
    std::vector<Job> jobs = build_departed_jobs(request, departed, barriers_);
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
    const YamlValue* settings = state.settings.job ? state.settings.job->find("cache") : nullptr;
    if (state.kind == states::StateKind::custom || templates_have_cache_ || settings != nullptr) return;
    const ProviderCaches::Use use = caches_.use(state);
    parts.extends.push_back(use.hidden_job);
    parts.writes_cache = use.is_first;
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

  const ChangesRule& changes_;
  bool templates_have_cache_;
  ProviderCaches caches_;
  Barriers barriers_;
  std::vector<Job> jobs_;
};

}  // namespace

Pipeline build_pipeline(const PipelineRequest& request, const impact::Impact& impact, const states::StateGraph& base,
                        const states::StateGraph& head, const TemplateSet& templates, const config::Config& config,
                        Diagnostics& diagnostics) {
  check_job_settings(config, diagnostics);
  const std::vector<Lane> lanes = find_lanes(request, impact, head, config, diagnostics);
  const std::vector<Departed> departed = find_departed(request, impact, base, head, lanes, config, diagnostics);
  // Beyond this point the set of jobs is fixed.
  const auto keyword = request.changes_keyword.value_or(config.changes.value_or(config::ChangesKeyword::only));
  const ChangesRule changes(request, keyword);
  LaneWriter writer(request, templates, changes);
  for (const Lane& lane : lanes) writer.add(lane);
  writer.add(request, departed);

  Pipeline pipeline;
  pipeline.jobs = writer.take_jobs();
  for (const auto& [name, lines] : request.notices) pipeline.jobs.push_back(build_warning_job(name, lines));
  if (pipeline.jobs.empty()) pipeline.jobs.push_back(build_noop_job(request, impact));
  pipeline.comments = head_comments(request, impact, lanes.empty() ? "" : changes.reason_against_all());
  pipeline.globals = child_globals(request);
  pipeline.templates = templates.collect(used_templates(pipeline.jobs));
  for (Job& job : pipeline.templates) adapt_template(job, templates, config, request.server);
  return pipeline;
}

}  // namespace statelane::pipeline
