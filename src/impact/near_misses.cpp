#include "impact/near_misses.hpp"

#include <algorithm>
#include <optional>

namespace statelane::impact {

namespace {

using states::Exclusion;
using states::Input;
using states::InputKind;
using states::StateGraph;

/// The id of a state in the deepest directory above `path` that has one.
std::string owner_of(const StateGraph& graph, const RepoPath& path) {
  for (RepoPath place = path.parent();; place = place.parent()) {
    const auto states = graph.states_in(place);
    if (!states.empty()) return graph.states()[states.front()].id;
    if (place.is_root()) return "";
  }
}

std::optional<NearMiss> miss_of(const StateGraph& graph, const states::State& state, const Input& input,
                                const RepoPath& path) {
  const bool is_directory = input.kind == InputKind::own_directory || input.kind == InputKind::module_directory;
  if (is_directory && path.is_within(input.path)) {
    const Exclusion why = graph.exclusion(state, input, path);
    if (why == Exclusion::none) return std::nullopt;
    return NearMiss{path, why, input.path, why == Exclusion::other_state ? owner_of(graph, path) : ""};
  }
  const bool is_file =
      input.kind == InputKind::file || input.kind == InputKind::variable_file || input.kind == InputKind::backend_file;
  const bool is_beside = is_file && !input.path.parent().is_root() && path.parent() == input.path.parent();
  if (is_beside) return NearMiss{path, Exclusion::none, input.path, ""};
  return std::nullopt;
}

}  // namespace

std::vector<NearMiss> find_near_misses(const StateGraph& graph, std::uint32_t state, const repo::ChangeSet& changes) {
  std::vector<NearMiss> result;
  for (const repo::FileChange& change : changes) {
    const auto claims = graph.claims(change.path);
    const bool is_input =
        std::any_of(claims.begin(), claims.end(), [&](const states::Claim& claim) { return claim.state == state; });
    if (is_input) continue;
    for (const Input& input : graph.states()[state].inputs) {
      auto miss = miss_of(graph, graph.states()[state], input, change.path);
      if (!miss) continue;
      result.push_back(*std::move(miss));
      break;
    }
  }
  return result;
}

}  // namespace statelane::impact
