#include <fmt/format.h>

#include "lint/check_habits.hpp"

namespace statelane::lint {

namespace {

bool mentions_state_file(const yaml::Value* value) {
  if (value == nullptr) return false;
  if (const std::string* text = value->as_string()) return text->find("tfstate") != std::string::npos;
  if (const yaml::Value::List* list = value->as_list()) {
    for (const yaml::Value& item : *list)
      if (mentions_state_file(&item)) return true;
  }
  if (const yaml::Value::Map* map = value->as_map()) {
    for (const yaml::Value::Entry& entry : *map)
      if (mentions_state_file(&entry.value)) return true;
  }
  return false;
}

}  // namespace

void check_lost_states(const ExaminedPipeline& pipeline, const states::StateGraph& graph, Report& report) {
  for (const ExaminedJob& examined : pipeline.jobs) {
    const Job& job = *examined.job;
    const bool may_keep = mentions_state_file(job.find("cache")) || mentions_state_file(job.find("artifacts"));
    if (may_keep || job.find("trigger") != nullptr || !job.unseen_bases.empty()) continue;
    for (const StateGroup& group : examined.states.groups) {
      if (group.states.size() != 1 || !group.verbs.contains("apply")) continue;
      const states::State& state = graph.states()[group.states.front()];
      // A backend that nothing in git says may be written by the job.
      if (!state.backend || !state.is_lost_with_job()) continue;
      report.add(
          Rule::lost_state, group.spot, job.name,
          fmt::format("what this apply stores is lost with the job: the backend of {} is local", state.id),
          {"give the state a backend that keeps it, or write \"local_state: kept\" in its rule of .statelane.yml "
           "where the directory outlives the job"});
    }
  }
}

}  // namespace statelane::lint
