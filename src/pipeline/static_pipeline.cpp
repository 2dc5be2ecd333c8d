#include "pipeline/static_pipeline.hpp"
#include "pipeline/changes_rule.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include "gitlab/expansion.hpp"
#include "gitlab/extends.hpp"
#include "gitlab/limits.hpp"
#include "gitlab/names.hpp"
#include "pipeline/barriers.hpp"
#include "pipeline/fit_to_server.hpp"
#include "pipeline/lane_jobs.hpp"
#include "pipeline/merge_keywords.hpp"
#include "pipeline/provider_caches.hpp"
#include "pipeline/shared_templates.hpp"
#include "pipeline/shell_variables.hpp"
#include "pipeline/static_rules.hpp"

namespace statelane::pipeline {

namespace {

using config::ChangesKeyword;

/// A job that is not in the pipeline is not waited for. The plan of an apply is always there.
void make_needs_optional(Job& job, const std::string& own_plan) {
  const yaml::Value* found = job.find("needs");
  if (found == nullptr) return;
  yaml::Value::List needs = *found->as_list();
  for (yaml::Value& need : needs) {
    if (*need.find("job") != yaml::Value(own_plan)) yaml::set_value(*need.as_map(), "optional", true);
  }
  yaml::set_value(job.keywords, "needs", std::move(needs));
}

/// In `rules` every entry says how its job starts: a job's own keywords do not reach there.
yaml::Value::Map start_of_apply(const Lane& lane, ChangesKeyword keyword) {
  if (keyword != ChangesKeyword::rules) return {};
  const config::Gate gate =
      lane.has_to_block ? config::Gate::blocking : lane.state->settings.gate.value_or(config::Gate::blocking);
  if (gate == config::Gate::automatic) return {{"when", "on_success"}, {"allow_failure", false}};
  return {{"when", "manual"}, {"allow_failure", gate == config::Gate::optional}};
}

/// `only` with the conditions of many jobs, each once in a hidden job.
class SharedConditions {
 public:
  /// The hidden job with this condition.
  std::string job_for(const std::string& condition, bool is_plan) {
    const auto [entry, is_new] = names_.emplace(condition, "");
    if (!is_new) return entry->second;
    std::size_t& count = is_plan ? plans_ : applies_;
    entry->second = is_plan ? ".plans" : ".applies";
    if (++count > 1) entry->second += "-" + std::to_string(count);
    yaml::Value::List refs = {"branches"};
    if (is_plan) refs.emplace_back("merge_requests");
    const std::string comment = is_plan ? "where plans run" : "where applies and what waits for them are offered";
    jobs_.push_back(
        {entry->second,
         {comment},
         {{"only", yaml::Value::Map{{"refs", std::move(refs)}, {"variables", yaml::Value::List{condition}}}}}});
    return entry->second;
  }

  std::vector<Job> take_jobs() { return std::move(jobs_); }

 private:
  std::map<std::string, std::string> names_;
  std::vector<Job> jobs_;
  std::size_t plans_ = 0;
  std::size_t applies_ = 0;
};

void add_extends(Job& job, const std::string& name) {
  yaml::Value::List all;
  for (const std::string& known : gitlab::extended_names(*job.find("extends"))) all.emplace_back(known);
  all.emplace_back(name);
  yaml::set_value(job.keywords, "extends", std::move(all));
}

/// What of an apply a barrier behind it has to know.
struct Behind {
  std::set<std::string> patterns;
  std::set<std::string> conditions;
};

class StaticWriter {
 public:
  StaticWriter(ChangesKeyword keyword, config::Jobs jobs, const TemplateSet& templates,
               const std::map<std::string, std::string>& lock_files)
      : keyword_(keyword),
        lock_files_(lock_files),
        kind_of_jobs_(jobs),
        rules_(keyword),
        templates_have_cache_(have_cache(templates)),
        barriers_({{"extends", ".statelane-barrier"}}, gitlab::max_needs) {}

  void add(const Lane& lane, const std::string& applies) {
    const std::vector<std::string> patterns = rules_.patterns(*lane.state);
    most_patterns_ = std::max(most_patterns_, patterns.size());
    LaneParts parts;
    parts.jobs = kind_of_jobs_;
    parts.needs_may_be_missing = true;
    add_cache(*lane.state, parts);
    const std::string changes = add_changes(gitlab::job_name("changes", lane.state->id), patterns, lane.has_apply());
    LaneParts of_plan = parts;
    if (const std::string lost = describe_lost(*lane.state); !lost.empty()) of_plan.comments.push_back(lost);
    Job plan = build_plan_job(lane, of_plan, barriers_);
    add_rules(plan, changes, patterns, StaticRules::plan_condition(applies), {});
    make_needs_optional(plan, "");
    jobs_.push_back(std::move(plan));
    if (!lane.has_apply()) return;
    Job apply = build_apply_job(lane, parts, barriers_);
    add_rules(apply, changes, patterns, StaticRules::apply_condition(applies), start_of_apply(lane, keyword_));
    make_needs_optional(apply, lane.plan_job);
    jobs_.push_back(std::move(apply));
    behind_[lane.apply_job] = {{patterns.begin(), patterns.end()}, {applies}};
  }

  std::size_t most_patterns() const { return most_patterns_; }

  /// This object is spent afterwards.
  std::vector<Job> take_jobs() {
    for (Job& barrier : barriers_.take_jobs()) {
      add_barrier_rules(barrier);
      make_needs_optional(barrier, "");
      jobs_.push_back(std::move(barrier));
    }
    std::vector<Job> all = conditions_.take_jobs();
    all.insert(all.end(), std::make_move_iterator(jobs_.begin()), std::make_move_iterator(jobs_.end()));
    return all;
  }

 private:
  /// The patterns once for all jobs of a state: the name of the hidden job that has them. Empty where the one job that
  /// wants them says them itself.
  std::string add_changes(const std::string& name, const std::vector<std::string>& patterns, bool are_shared) {
    if (keyword_ == ChangesKeyword::rules) {
      if (!are_shared) return "";
      jobs_.push_back({"." + name, {}, lists_of_patterns(patterns)});
      return "." + name;
    }
    const yaml::Value::List list(patterns.begin(), patterns.end());
    jobs_.push_back({"." + name, {}, {{"only", yaml::Value::Map{{"changes", list}}}}});
    return "." + name;
  }

  void add_rules(Job& job, const std::string& changes, const std::vector<std::string>& patterns,
                 const std::string& condition, const yaml::Value::Map& start) {
    if (keyword_ == ChangesKeyword::rules) {
      yaml::set_value(job.keywords, "rules", StaticRules::rules(patterns, changes, condition, start));
      return;
    }
    const bool is_plan = condition.find("merge_request_event") != std::string::npos;
    add_extends(job, conditions_.job_for(condition, is_plan));
    add_extends(job, changes);
  }

  /// Each state has a cache of its own: which of several writers of one key is there would differ from push to push.
  void add_cache(const states::State& state, LaneParts& parts) {
    const auto lock_file = lock_files_.find(state.id);
    if (lock_file == lock_files_.end() || lock_file->second.empty()) return;
    if (!wants_provider_cache(state, templates_have_cache_)) return;
    const std::string name = "." + gitlab::job_name("providers", state.id);
    jobs_.push_back({name, {}, {{"cache", own_provider_cache(state)}}});
    parts.extends.push_back(name);
    parts.writes_cache = true;
  }

  /// A barrier is there where one of the jobs before it is.
  void add_barrier_rules(Job& barrier) {
    Behind all;
    for (const yaml::Value& need : *barrier.find("needs")->as_list()) {
      const Behind& one = behind_[*need.find("job")->as_string()];
      all.patterns.insert(one.patterns.begin(), one.patterns.end());
      all.conditions.insert(one.conditions.begin(), one.conditions.end());
    }
    std::string condition;
    for (const std::string& one : all.conditions) condition += (condition.empty() ? "" : " || ") + one;
    if (all.conditions.size() > 1) condition = "(" + condition + ")";
    const std::vector<std::string> patterns(all.patterns.begin(), all.patterns.end());
    const std::string changes = add_changes("changes of " + barrier.name, patterns, false);
    add_rules(barrier, changes, patterns, StaticRules::apply_condition(condition), {});
    behind_[barrier.name] = std::move(all);
  }

  ChangesKeyword keyword_;
  const std::map<std::string, std::string>& lock_files_;
  config::Jobs kind_of_jobs_;
  StaticRules rules_;
  bool templates_have_cache_;
  Barriers barriers_;
  SharedConditions conditions_;
  std::vector<Job> jobs_;
  std::map<std::string, Behind> behind_;  ///< by job
  std::size_t most_patterns_ = 0;
};

std::vector<Lane> find_static_lanes(const PipelineRequest& request, const states::StateGraph& head,
                                    const config::Config& config, std::vector<std::string>& conditions,
                                    Diagnostics& diagnostics) {
  std::vector<Lane> lanes;
  for (std::uint32_t index = 0; index < head.states().size(); ++index) {
    auto lane = make_lane(head, index, diagnostics);
    if (!lane) continue;
    conditions.push_back(StaticRules::branch_condition(*lane->state, diagnostics));
    if (request.gates && !lane->state->is_lost_with_job() && !conditions.back().empty())
      lane->apply_job = gitlab::job_name("apply", lane->state->id);
    lane->plan_waits = config.order == config::Order::strict;
    lanes.push_back(*std::move(lane));
  }
  std::vector<const states::State*> lost;
  for (std::size_t index = 0; request.gates && index < lanes.size(); ++index)
    if (lanes[index].state->is_lost_with_job()) lost.push_back(lanes[index].state);
  warn_of_lost(lost, diagnostics);
  set_order(lanes, head, Waits::all, diagnostics);
  block_waited_for_gates(lanes, {}, diagnostics);
  return lanes;
}

std::vector<std::string> static_comments(const PipelineRequest& request, const StaticWriter& writer,
                                         const StaticRules& rules) {
  std::vector<std::string> lines = {"Made by statelane, of all states. This writes it again:",
                                    "  " + request.command_line,
                                    "and with --check it fails where this file is out of date.",
                                    "",
                                    "On the first push of a branch GitLab has nothing to compare with: every state is",
                                    "planned then, and none has a gate."};
  for (std::string& line : rules.comments(writer.most_patterns())) lines.push_back(std::move(line));
  return lines;
}

Job nothing_job() {
  return {"nothing-to-do",
          {},
          {{"extends", ".statelane-noop"},
           {"variables", yaml::Value::Map{{"STATELANE_REASON", literal_variable("there is no state")}}}}};
}

/// A committed file has one plan job for a state, in whatever pipeline, and GitLab chooses it by the state's own files.
void refuse_what_differs_by_pipeline(const states::StateGraph& head, const TemplateSet& templates,
                                     const config::Config& config, Diagnostics& diagnostics) {
  if (config.dependents != config::Dependents::none) {
    diagnostics.error(RepoPath::of(config::file_name), std::nullopt,
                      "a static pipeline cannot have \"dependents\": GitLab chooses each lane by what it reads itself",
                      {"set \"dependents: none\", or generate a child pipeline"});
  }
  const bool is_asked = std::any_of(head.states().begin(), head.states().end(), [&](const states::State& state) {
    const std::string of_template = plan_environment_of(templates, plan_template_of(state, config.jobs));
    const std::string action = state.settings.plan_environment.value_or(of_template);
    return !action.empty() && action != "none";
  });
  if (!is_asked) return;
  diagnostics.error(RepoPath::of(config::file_name), std::nullopt,
                    "a static pipeline cannot have \"plan_environment\": its plan jobs run in merge requests too",
                    {"set \"plan_environment: none\", or generate a child pipeline"});
}

}  // namespace

Pipeline build_static_pipeline(const PipelineRequest& request, const states::StateGraph& head,
                               const TemplateSet& templates, const config::Config& config, Diagnostics& diagnostics) {
  check_job_settings(config, templates, diagnostics);
  const auto keyword = request.changes_keyword.value_or(config.changes.value_or(ChangesKeyword::rules));
  refuse_what_differs_by_pipeline(head, templates, config, diagnostics);
  if (keyword == ChangesKeyword::none) {
    diagnostics.error(RepoPath::of(config::file_name), std::nullopt,
                      "a static pipeline has nothing but \"changes\" to choose states by",
                      {"choose --changes only or --changes rules"});
    return {};
  }
  std::vector<std::string> conditions;
  const std::vector<Lane> lanes = find_static_lanes(request, head, config, conditions, diagnostics);
  // Beyond this point the set of jobs is fixed.
  const config::Jobs jobs = request.jobs.value_or(config.jobs);
  for (const Lane& lane : lanes) {
    if (jobs == config::Jobs::shell) refuse_helper_settings(*lane.state, diagnostics);
  }
  StaticWriter writer(keyword, jobs, templates, request.lock_files);
  for (std::size_t lane = 0; lane < lanes.size(); ++lane) writer.add(lanes[lane], conditions[lane]);

  Pipeline pipeline;
  pipeline.comments = static_comments(request, writer, StaticRules(keyword));
  pipeline.jobs = writer.take_jobs();
  if (lanes.empty()) pipeline.jobs.push_back(nothing_job());
  if (gitlab::supports(gitlab::Feature::workflow_auto_cancel, request.server)) {
    pipeline.globals = {{"workflow", yaml::Value::Map{{"auto_cancel", yaml::Value::Map{{"on_new_commit", "none"}}}}}};
  }
  pipeline.globals.emplace_back("stages", yaml::Value::List{"plan", "apply"});
  pipeline.templates = shared_templates(pipeline.jobs, templates, config, request.server);
  fit_to_server(pipeline, request.server, diagnostics);
  add_script_timeouts(pipeline);
  // Not under `default`, which would reach the jobs of the file that includes this one.
  for (Job& job : pipeline.templates) {
    if (job.name != ".statelane" || request.image.empty() || job.find("image") != nullptr) continue;
    yaml::set_value(job.keywords, "image", image_keyword(request.image));
  }
  return pipeline;
}

}  // namespace statelane::pipeline
