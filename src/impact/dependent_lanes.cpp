#include <algorithm>
#include <map>

#include "impact/impact.hpp"

namespace statelane::impact {

namespace {

bool contains(const std::vector<std::string>& sorted, const std::string& id) {
  return std::binary_search(sorted.begin(), sorted.end(), id);
}

/// An untouched dependent that is none any more.
bool is_dropped(const Impact& impact, const std::string& id) {
  return contains(impact.untouched, id) && !contains(impact.dependents, id);
}

/// Marks what depends on `index` through edges that are not quiet, and what depends on that in turn.
void mark_touched(const states::StateGraph& head, const QuietEdges& quiet, const std::string& source,
                  std::vector<bool>& touched) {
  std::vector<std::uint32_t> open;
  const auto visit = [&](std::uint32_t dependent) {
    if (!touched[dependent]) open.push_back(dependent);
    touched[dependent] = true;
  };
  const auto start = head.find(source);
  if (!start) return;
  for (const std::uint32_t dependent : head.dependents(*start)) {
    if (!quiet.contains({head.states()[dependent].id, source})) visit(dependent);
  }
  while (!open.empty()) {
    const std::uint32_t next = open.back();
    open.pop_back();
    for (const std::uint32_t dependent : head.dependents(next)) visit(dependent);
  }
}

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
      const bool is_certain = std::binary_search(certain.begin(), certain.end(), *index);
      if (!is_certain || impact.find(state.id) != nullptr || is_dropped(impact, state.id)) continue;
      found[state.id].push_back({{CauseKind::dependency_affected, std::nullopt, std::nullopt, source}});
    }
  }
  return found;
}

}  // namespace

void mark_untouched_dependents(const states::StateGraph& head, const QuietEdges& quiet, bool drop, Impact& impact) {
  if (quiet.empty()) return;
  std::vector<bool> touched(head.states().size(), false);
  for (const Affected& affected : impact.affected) mark_touched(head, quiet, affected.id, touched);
  for (const std::string& id : impact.dependents) {
    if (!touched[*head.find(id)]) impact.untouched.push_back(id);
  }
  if (drop) std::erase_if(impact.dependents, [&](const std::string& id) { return contains(impact.untouched, id); });
}

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
  std::erase_if(impact.untouched, runs);
  std::erase_if(impact.skipped, [&](const Skipped& skipped) { return runs(skipped.id); });
}

}  // namespace statelane::impact
