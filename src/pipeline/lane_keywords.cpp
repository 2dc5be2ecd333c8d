#include "pipeline/lane_keywords.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "gitlab/keywords.hpp"

namespace statelane::pipeline {

namespace {

using namespace std::string_view_literals;

struct Refusal {
  std::string_view keyword;
  std::string_view reason;
  std::string_view hint;
};

constexpr std::string_view selection = "which jobs exist is decided before the pipeline is written";
constexpr std::string_view selection_hint =
    "choose states with \"states\", branches with \"apply.branches\", and rules in the parent pipeline";

/// Why, of keywords that the table of keywords leaves to us, and what to do instead.
constexpr std::array reasons = {
    Refusal{"rules", selection, selection_hint},
    Refusal{"only", selection, selection_hint},
    Refusal{"except", selection, selection_hint},
    Refusal{"stage", "plan jobs are in the stage \"plan\", the jobs behind them in \"apply\"", "leave it out"},
    Refusal{"needs", "the order of jobs follows from the states' dependencies", "add edges with \"depends_on\""},
    Refusal{"dependencies", "a job takes artifacts by \"needs\" only", "leave it out"},
    Refusal{"resource_group", "the lock follows from the state's id", "leave it out"},
    Refusal{"trigger", "a lane's job runs a script", "leave it out"},
    Refusal{"parallel", "each job is there once for its state", "leave it out"},
    Refusal{"start_in", "a lane's job is not delayed", "leave it out"},
    Refusal{"pages", "a lane does not publish pages", "leave it out"},
    Refusal{"release", "a lane does not make releases", "leave it out"},
    Refusal{"run", "a lane's job runs its own script", "use \"before_script\" or \"after_script\""},
    Refusal{"script", "a lane's job runs its own script", "use \"before_script\" or \"after_script\""},
    Refusal{"when", "the gate decides when a job starts", "set \"apply.gate\" to blocking, optional or automatic"},
    Refusal{"allow_failure", "a failed plan has nothing to apply, and the gate decides whether an apply blocks",
            "set \"apply.gate\" to blocking, optional or automatic"},
};

RefusedKeyword refuse(const Refusal& refusal, std::string_view keyword, const yaml::Value& value) {
  return {value.spot.begin, fmt::format("\"{}\" cannot be set here: {}", keyword, refusal.reason),
          std::string(refusal.hint)};
}

bool is_value(const yaml::Value& value, const yaml::Value& expected) { return value.data == expected.data; }

/// The only value that says what is so anyway.
bool restates_the_template(std::string_view keyword, const yaml::Value& value, KeywordTarget target) {
  if (keyword == "when") return is_value(value, target == KeywordTarget::apply ? "manual" : "on_success");
  return target == KeywordTarget::plan && is_value(value, false);
}

/// A plan has the state's own environment, and must not deploy to it.
void check_plan_environment(const yaml::Value& value, std::vector<RefusedKeyword>& found) {
  const yaml::Value* action = value.find("action");
  const bool is_only_action = value.as_map() != nullptr && value.as_map()->size() == 1 && action != nullptr &&
                              (is_value(*action, "access") || is_value(*action, "prepare"));
  if (is_only_action) return;
  found.push_back({value.spot.begin,
                   "\"environment\" of a plan says no more than its action: its name follows from the state",
                   "write environment: {action: access}, or prepare"});
}

void check_environment(const yaml::Value& value, KeywordTarget target, std::vector<RefusedKeyword>& found) {
  constexpr std::string_view hint = "set only \"deployment_tier\", \"url\", \"auto_stop_in\" or \"kubernetes\"";
  if (target == KeywordTarget::plan) return check_plan_environment(value, found);
  if (target == KeywordTarget::other) {
    found.push_back(
        {value.spot.begin, "\"environment\" cannot be set here: only an apply deploys", "set it for apply jobs"});
    return;
  }
  if (value.as_map() == nullptr) {
    found.push_back({value.spot.begin, "\"environment\" cannot be named here: its name follows from the state's id",
                     std::string(hint)});
    return;
  }
  for (const std::string_view key : {"name"sv, "action"sv, "on_stop"sv}) {
    if (const yaml::Value* inner = value.find(key)) {
      found.push_back({inner->spot.begin,
                       fmt::format("\"environment.{}\" cannot be set here: it follows from the state", key),
                       std::string(hint)});
    }
  }
}

void check_variables(const yaml::Value& value, std::vector<RefusedKeyword>& found) {
  const yaml::Value::Map* map = value.as_map();
  if (map == nullptr) return;
  for (const auto& [name, inner] : *map) {
    if (name.starts_with("STATELANE_") && !name.starts_with("STATELANE_OPT_")) {
      found.push_back({inner.spot.begin,
                       fmt::format("\"variables.{}\" cannot be set here: it says which state a job is for", name),
                       "only variables that begin with STATELANE_OPT_ are yours"});
    }
  }
}

/// What an apply must not do; keywords for all jobs of a lane reach it too.
void check_apply_keyword(std::string_view keyword, const yaml::Value& value, std::vector<RefusedKeyword>& found) {
  if (keyword == "retry" && !is_value(value, 0)) {
    found.push_back({value.spot.begin, "\"retry\" cannot be set here: an apply is never started twice by itself",
                     "set it in the template \".statelane-plan\""});
  }
  if (keyword == "interruptible" && !is_value(value, false)) {
    found.push_back({value.spot.begin,
                     "\"interruptible\" cannot be set here: an apply must not be cancelled by a newer pipeline",
                     "set it in the template \".statelane-plan\""});
  }
}

/// Without its directory the plan would be lost between the two jobs.
void check_artifacts(const yaml::Value& value, std::vector<RefusedKeyword>& found) {
  constexpr std::string_view plan_files = ".statelane/$STATELANE_SLUG/";
  const yaml::Value* paths = value.find("paths");
  if (paths == nullptr) return;
  const yaml::Value::List* list = paths->as_list();
  const bool keeps_plan =
      list != nullptr && std::find(list->begin(), list->end(), yaml::Value(plan_files)) != list->end();
  if (keeps_plan) return;
  found.push_back({paths->spot.begin, "\"artifacts.paths\" leaves out the plan: a list replaces the built-in one",
                   fmt::format("list \"{}\" too", plan_files)});
}

/// Every keyword that is not everybody's has a reason.
const Refusal& reason_for(std::string_view keyword) {
  const auto found =
      std::find_if(reasons.begin(), reasons.end(), [&](const Refusal& refusal) { return refusal.keyword == keyword; });
  if (found == reasons.end()) throw std::logic_error(std::string(keyword));
  return *found;
}

bool is_generators(std::string_view keyword) { return gitlab::setter_of(keyword) == gitlab::Setter::generator; }

/// Values that GitLab would refuse, whatever they are laid over; of keywords that may be set at all.
void check_values(yaml::Value::Map keywords, std::vector<RefusedKeyword>& found) {
  std::erase_if(keywords, [](const yaml::Value::Entry& entry) { return is_generators(entry.key); });
  for (const gitlab::KeywordFault& fault : gitlab::check_some_job_keywords(yaml::Value(std::move(keywords)))) {
    found.push_back({fault.spot.begin, "GitLab would refuse this: " + fault.message,
                     fault.hints.empty() ? "see https://docs.gitlab.com/ci/yaml/" : fault.hints.front()});
  }
}

}  // namespace

std::vector<RefusedKeyword> find_refused_keywords(const yaml::Value::Map& keywords, KeywordTarget target) {
  std::vector<RefusedKeyword> found;
  check_values(keywords, found);
  const bool reaches_plan = target == KeywordTarget::lane || target == KeywordTarget::plan;
  const bool reaches_apply = target == KeywordTarget::lane || target == KeywordTarget::apply;
  for (const auto& [keyword, value] : keywords) {
    const gitlab::Setter setter = gitlab::setter_of(keyword);
    const bool takes_out = std::holds_alternative<std::nullptr_t>(value.data);
    if (setter == gitlab::Setter::generator) {
      found.push_back(refuse(reason_for(keyword), keyword, value));
    } else if (setter == gitlab::Setter::gate) {
      if (!restates_the_template(keyword, value, target)) found.push_back(refuse(reason_for(keyword), keyword, value));
    } else if (keyword == "environment") {
      check_environment(value, target, found);
    } else if (keyword == "variables") {
      check_variables(value, found);
    } else if (keyword == "artifacts" && reaches_plan) {
      check_artifacts(value, found);
    } else if (reaches_apply && !takes_out) {
      check_apply_keyword(keyword, value, found);
    }
  }
  return found;
}

}  // namespace statelane::pipeline
