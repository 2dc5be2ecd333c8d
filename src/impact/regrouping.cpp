#include "impact/regrouping.hpp"

#include <algorithm>
#include <set>

namespace statelane::impact {

namespace {

using states::Input;
using states::State;
using states::StateGraph;

bool name_the_same(const State& base, const State& head) {
  const auto is_same = [](const Input& left, const Input& right) {
    return left.kind == right.kind && left.path == right.path && left.glob == right.glob;
  };
  return base.foreign == head.foreign &&
         std::equal(base.inputs.begin(), base.inputs.end(), head.inputs.begin(), head.inputs.end(), is_same);
}

/// States that would own the files of a directory that is a state directory on the `other` side only.
void add_surrounding(const StateGraph& graph, const StateGraph& other, std::set<std::string>& ids) {
  for (const State& state : other.states()) {
    if (!graph.states_in(state.directory).empty()) continue;
    for (const states::Claim& claim : graph.claims(state.directory.child("main.tf"))) {
      ids.insert(graph.states()[claim.state].id);
    }
  }
}

}  // namespace

std::vector<std::string> find_regrouping_candidates(const StateGraph& base, const StateGraph& head) {
  std::set<std::string> ids;
  const bool ignores_the_same = base.ignored_globs() == head.ignored_globs();
  for (const State& state : head.states()) {
    const auto before = base.find(state.id);
    if (before && (!ignores_the_same || !name_the_same(base.states()[*before], state))) ids.insert(state.id);
  }
  add_surrounding(base, head, ids);
  add_surrounding(head, base, ids);
  std::erase_if(ids, [&](const std::string& id) { return !base.find(id) || !head.find(id); });
  return {ids.begin(), ids.end()};
}

}  // namespace statelane::impact
