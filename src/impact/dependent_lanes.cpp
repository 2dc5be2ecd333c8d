#include <algorithm>
#include <map>

#include "impact/impact.hpp"

namespace statelane::impact {

namespace {

/// The states of this round that depend on one of `sources`, each with its causes.
std::map<std::string, std::vector<Cause>> find_round(const states::StateGraph& head, const Impact& impact,
                                                     const std::vector<std::string>& sources) {
  std::map<std::string, std::vector<Cause>> found;
  for (const std::string& source : sources) {
    const auto index = head.find(source);
    if (!index) continue;
    for (const std::uint32_t dependent : head.dependents(*index)) {
      const states::State& state = head.states()[dependent];
      const auto certain = head.dependencies(dependent);
      if (impact.find(state.id) != nullptr || !std::binary_search(certain.begin(), certain.end(), *index)) continue;
      found[state.id].push_back({{CauseKind::dependency_affected, std::nullopt, std::nullopt, source}});
    }
  }
  return found;
}

}  // namespace

void add_dependent_lanes(const states::StateGraph& head, DependentLanes which, Impact& impact) {
  std::vector<std::string> sources;
  for (const Affected& affected : impact.affected) sources.push_back(affected.id);
  while (!sources.empty()) {
    auto round = find_round(head, impact, sources);
    sources.clear();
    for (auto& [id, causes] : round) {
      sources.push_back(id);
      impact.affected.push_back({id, Change::dependent, "", std::move(causes)});
    }
    std::sort(impact.affected.begin(), impact.affected.end(),
              [](const Affected& left, const Affected& right) { return left.id < right.id; });
    if (which == DependentLanes::direct) break;
  }
  // A state is in one list only.
  const auto runs = [&](const std::string& id) { return impact.find(id) != nullptr; };
  std::erase_if(impact.dependents, runs);
  std::erase_if(impact.skipped, [&](const Skipped& skipped) { return runs(skipped.id); });
}

}  // namespace statelane::impact
