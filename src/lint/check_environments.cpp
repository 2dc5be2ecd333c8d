#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "gitlab/names.hpp"
#include "lint/check_habits.hpp"

namespace statelane::lint {

namespace {

const yaml::Value* member(const yaml::Value* value, std::string_view key) {
  return value != nullptr && value->as_map() != nullptr ? value->find(key) : nullptr;
}

bool changes_resources(const ExaminedJob& job) { return job.runs("apply") || job.runs("destroy"); }

/// GitLab keeps a deployment of jobs with an environment whose action is `start`, which it is where none is said.
bool is_recorded(const yaml::Value& environment) {
  const yaml::Value* action = member(&environment, "action");
  return action == nullptr || (action->as_string() != nullptr && *action->as_string() == "start");
}

}  // namespace

void check_environments(const ExaminedPipeline& pipeline, const states::StateGraph& graph, Report& report) {
  std::map<std::string, std::string> states;  // environment → id
  for (const states::State& state : graph.states()) states.emplace(gitlab::environment_name(state.id), state.id);
  for (const ExaminedJob& job : pipeline.jobs) {
    const yaml::Value* environment = job.job->find("environment");
    if (environment == nullptr || changes_resources(job) || !is_recorded(*environment)) continue;
    const yaml::Value* name = environment->as_map() != nullptr ? member(environment, "name") : environment;
    if (name == nullptr || name->as_string() == nullptr) continue;
    const auto state = states.find(*name->as_string());
    // What cannot be seen may apply it after all.
    const bool is_open = !job.job->unseen_bases.empty();
    if (state == states.end() || is_open || job.job->name == gitlab::job_name("apply", state->second)) continue;
    report.add(Rule::false_deployment, name->spot, job.job->name,
               fmt::format("GitLab records this job as an apply of the state \"{}\", which it is not", state->second),
               {"action: access"});
  }
}

}  // namespace statelane::lint
