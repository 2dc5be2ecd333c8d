#include "pipeline/lane_jobs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "gitlab/extends.hpp"
#include "gitlab/limits.hpp"
#include "gitlab/names.hpp"
#include "pipeline/describe_cause.hpp"
#include "pipeline/lane_keywords.hpp"
#include "pipeline/merge_keywords.hpp"
#include "pipeline/shell_variables.hpp"

namespace statelane::pipeline {

namespace {

using states::State;

std::string cause_line(const impact::Affected& affected) {
  std::string line = affected.change == impact::Change::moved ? fmt::format("moved from {}: ", affected.from) : "";
  if (affected.causes.empty()) return line + "asked for";
  line += describe_cause(affected.causes.front());
  if (affected.causes.size() > 1) line += fmt::format(" (+{} more)", affected.causes.size() - 1);
  return line;
}

Job begin_job(const std::string& name, const std::string& base, std::string_view step, const Lane& lane,
              const LaneParts& parts) {
  Job job{name, {}, {}};
  if (lane.affected != nullptr) {
    job.comments.push_back(cause_line(*lane.affected));
    for (std::string& line : describe_pending(*lane.affected)) job.comments.push_back(std::move(line));
  }
  job.comments.insert(job.comments.end(), parts.comments.begin(), parts.comments.end());
  yaml::Value::List extends = {base};
  extends.insert(extends.end(), parts.extends.begin(), parts.extends.end());
  job.keywords.emplace_back("extends", extends.size() == 1 ? extends.front() : yaml::Value(std::move(extends)));
  yaml::Value::Map variables = {{"STATELANE_STATE", literal_variable(lane.state->id)},
                                {"STATELANE_STEP", step},
                                {"STATELANE_SLUG", gitlab::slug(lane.state->id)}};
  if (parts.jobs == config::Jobs::shell) {
    yaml::Value::Map more = shell_variables(*lane.state, step == "apply");
    variables.insert(variables.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  job.keywords.emplace_back("variables", std::move(variables));
  return job;
}

void add_variable(Job& job, const std::string& name, const std::string& value) {
  yaml::Value::Map variables = *job.find("variables")->as_map();
  variables.emplace_back(name, value);
  yaml::set_value(job.keywords, "variables", std::move(variables));
}

/// Hidden jobs that the settings extend come last, so that they win over the templates as the settings themselves do.
void add_extended(yaml::Value::Map& keywords, const yaml::Value& more) {
  yaml::Value::List all;
  for (const std::string& name : gitlab::extended_names(*yaml::find_value(keywords, "extends"))) all.emplace_back(name);
  for (const std::string& name : gitlab::extended_names(more)) all.emplace_back(name);
  yaml::set_value(keywords, "extends", std::move(all));
}

void add_gate(Job& job, const Lane& lane) {
  if (lane.has_to_block) {
    job.comments.emplace_back("its gate blocks, though it is optional: others wait for it");
    return;
  }
  switch (lane.state->settings.gate.value_or(config::Gate::blocking)) {
    case config::Gate::blocking: return;  // as the template says
    case config::Gate::optional: yaml::set_value(job.keywords, "allow_failure", true); return;
    case config::Gate::automatic:
      if (lane.waits) {
        job.comments.emplace_back("its gate waits, though it is automatic: an earlier push left some of it");
        return;
      }
      yaml::set_value(job.keywords, "when", "on_success");
      return;
    case config::Gate::automatic_if_reviewed:
      if (!lane.was_reviewed || lane.waits) {
        job.comments.emplace_back(lane.was_reviewed
                                      ? "its gate waits, though the plan was reviewed: an earlier push left some of it"
                                      : "its gate waits: that the plan was reviewed is not proven");
        return;
      }
      job.comments.emplace_back("its gate opens by itself: the plan is equal to the one that was reviewed");
      yaml::set_value(job.keywords, "when", "on_success");
      return;
  }
}

yaml::Value::List needs_of(const std::vector<std::string>& jobs) {
  yaml::Value::List needs;
  for (const std::string& name : jobs) needs.push_back(need_without_artifacts(name));
  return needs;
}

/// Applies that an apply's job names, if there is room.
std::set<std::string> earlier_applies(const Lane& lane) {
  std::set<std::string> all(lane.waits_for.begin(), lane.waits_for.end());
  all.insert(lane.reads.begin(), lane.reads.end());
  return all;
}

/// Beside the plan.
constexpr std::size_t room = gitlab::max_needs - 1;

/// The applies that come first. Those whose outputs the plan may have read hand over their records, which tell whether
/// one has changed since; so they are listed though the order may follow from others. Where they are too many, the
/// order is kept alone.
yaml::Value::List needs_of_earlier_applies(const Lane& lane, Barriers& barriers) {
  const std::set<std::string> all = earlier_applies(lane);
  if (all.size() > room) return needs_of(barriers.narrow(lane.waits_for, room));
  yaml::Value::List needs;
  for (const std::string& name : all) {
    const bool is_read = std::binary_search(lane.reads.begin(), lane.reads.end(), name);
    needs.push_back(is_read ? yaml::Value(yaml::Value::Map{{"job", name}, {"artifacts", true}})
                            : need_without_artifacts(name));
  }
  return needs;
}

/// Behind an optional gate GitLab goes on though the job failed: the helper looks for the records that have to be
/// there.
void expect_records(Job& job, const Lane& lane, const LaneParts& parts) {
  const bool hands_over = !lane.plan_waits && !lane.read_slugs.empty() && earlier_applies(lane).size() <= room;
  if (!hands_over || parts.needs_may_be_missing || parts.jobs == config::Jobs::shell) return;
  add_variable(job, "STATELANE_APPLIES_BEFORE", fmt::format("{}", fmt::join(lane.read_slugs, " ")));
}

}  // namespace

void add_plan_environment(Job& job, const State& state, const std::string& of_template) {
  const std::string action = state.settings.plan_environment.value_or(of_template);
  if (action.empty() || action == "none") return;
  job.keywords.emplace_back("environment",
                            yaml::Value::Map{{"name", gitlab::environment_name(state.id)}, {"action", action}});
}

yaml::Value literal_variable(std::string_view value) { return yaml::Value::Map{{"value", value}, {"expand", false}}; }

void add_settings(Job& job, const State& state, bool is_apply) {
  const yaml::Value::Map* settings = state.settings.job ? state.settings.job->as_map() : nullptr;
  if (settings == nullptr) return;
  yaml::Value::Map own = *settings;
  if (const yaml::Value* extends = yaml::find_value(own, "extends")) add_extended(job.keywords, *extends);
  // Only an apply deploys, and only it waits for a person. What a lane keeps between its jobs is the plan's.
  std::erase_if(own, [&](const auto& entry) {
    const bool is_for_applies = entry.key == "environment" || entry.key == "manual_confirmation";
    return entry.key == "extends" || (is_for_applies && !is_apply) || (entry.key == "artifacts" && is_apply);
  });
  job.keywords = merge_keywords(job.keywords, own);
}

std::string plan_template_of(const State& state, config::Jobs jobs) {
  const bool is_custom = state.kind == states::StateKind::custom;
  if (jobs == config::Jobs::shell) return is_custom ? ".statelane-shell-custom-plan" : ".statelane-shell-plan";
  return is_custom ? ".statelane-custom-plan" : ".statelane-plan";
}

std::string apply_template_of(const State& state, config::Jobs jobs) {
  if (jobs == config::Jobs::helper) return ".statelane-apply";
  return state.kind == states::StateKind::custom ? ".statelane-shell-custom-apply" : ".statelane-shell-apply";
}

Job build_plan_job(const Lane& lane, const LaneParts& parts, Barriers& barriers) {
  Job job = begin_job(lane.plan_job, plan_template_of(*lane.state, parts.jobs), "plan", lane, parts);
  if (parts.writes_cache) job.keywords.emplace_back("cache", yaml::Value::Map{{"policy", "pull-push"}});
  if (lane.plan_waits && !lane.waits_for.empty()) {
    // A job may need jobs of its own or an earlier stage only.
    job.keywords.emplace_back("stage", "apply");
    job.keywords.emplace_back("needs", needs_of(barriers.narrow(lane.waits_for, gitlab::max_needs)));
  } else {
    job.keywords.emplace_back("needs", yaml::Value::List{});
  }
  if (lane.is_on_apply_branch) add_plan_environment(job, *lane.state, parts.plan_environment);
  // Who has the environment that the apply has, and reads nothing that waits for an apply, sees what an apply would do.
  if (parts.may_record && job.find("environment") != nullptr) add_variable(job, "STATELANE_RECORD", "true");
  const auto gate = lane.state->settings.gate;
  const bool may_open = gate == config::Gate::automatic || gate == config::Gate::automatic_if_reviewed;
  if (lane.waits && may_open) add_variable(job, "STATELANE_WAITS", "true");
  if (parts.hands_on_applied && !parts.applied.empty()) add_variable(job, "STATELANE_APPLIED", parts.applied);
  add_settings(job, *lane.state, false);
  return job;
}

Job build_apply_job(const Lane& lane, const LaneParts& parts, Barriers& barriers) {
  const State& state = *lane.state;
  Job job = begin_job(lane.apply_job, apply_template_of(state, parts.jobs), "apply", lane, parts);
  yaml::Value::Map plan = {{"job", lane.plan_job}, {"artifacts", true}};
  if (!parts.plan_pipeline.empty()) plan.insert(plan.begin(), {"pipeline", parts.plan_pipeline});
  yaml::Value::List needs = {std::move(plan)};
  if (!lane.plan_waits) {
    const yaml::Value::List before = needs_of_earlier_applies(lane, barriers);
    needs.insert(needs.end(), before.begin(), before.end());
  }
  job.keywords.emplace_back("needs", std::move(needs));
  expect_records(job, lane, parts);
  if (!parts.applied.empty() && parts.jobs == config::Jobs::helper)
    add_variable(job, "STATELANE_APPLIED", parts.applied);
  job.keywords.emplace_back("resource_group", gitlab::resource_group_key(state.id));
  job.keywords.emplace_back("environment",
                            yaml::Value::Map{{"name", gitlab::environment_name(state.id)}, {"action", "start"}});
  add_gate(job, lane);
  add_settings(job, state, true);
  return job;
}

Job build_drift_job(const Lane& lane, const LaneParts& parts) {
  Job job = begin_job(gitlab::job_name("drift", lane.state->id), ".statelane-drift", "drift", lane, parts);
  if (parts.writes_cache) job.keywords.emplace_back("cache", yaml::Value::Map{{"policy", "pull-push"}});
  job.keywords.emplace_back("needs", yaml::Value::List{});
  add_settings(job, *lane.state, false);
  return job;
}

Job build_noop_job(const std::string& reason) {
  return {"nothing-to-do",
          {},
          {{"extends", ".statelane-noop"},
           {"variables", yaml::Value::Map{{"STATELANE_REASON", literal_variable(reason)}}},
           {"needs", yaml::Value::List{}}}};
}

namespace {

/// A template that the lanes' jobs extend comes over ours: it must be there, and bring no script.
void check_extended(const yaml::Value& extends, const TemplateSet& templates, Diagnostics& diagnostics) {
  const auto fault = [&](std::string message, std::string hint) {
    diagnostics.error(RepoPath::of(config::file_name), SourceRange{extends.spot.begin, extends.spot.begin},
                      std::move(message), {std::move(hint)});
  };
  for (const std::string& name : gitlab::extended_names(extends)) {
    if (templates.keywords(name).empty()) {
      fault(fmt::format("there is no template \"{}\" to extend", name),
            "write it into the file that \"pipeline.templates\" names");
    } else if (yaml::find_value(templates.resolved(name), "script") != nullptr) {
      fault(
          fmt::format("\"{}\" cannot be extended here: a lane's job runs its own script, and it brings another", name),
          "use \"before_script\" or \"after_script\"");
    }
  }
}

}  // namespace

void check_job_settings(const config::Config& config, const TemplateSet& templates, Diagnostics& diagnostics) {
  for (const config::Rule& rule : config.rules) {
    const yaml::Value::Map* job = rule.settings.job ? rule.settings.job->as_map() : nullptr;
    if (job == nullptr) continue;
    for (const RefusedKeyword& refused : find_refused_keywords(*job, KeywordTarget::lane)) {
      diagnostics.error(RepoPath::of(config::file_name), SourceRange{refused.pos, refused.pos}, refused.message,
                        {refused.hint});
    }
    if (const yaml::Value* extends = yaml::find_value(*job, "extends"))
      check_extended(*extends, templates, diagnostics);
  }
}

}  // namespace statelane::pipeline
