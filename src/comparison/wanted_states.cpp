#include "comparison/standings.hpp"
#include "gitlab/branches.hpp"
#include "gitlab/names.hpp"

namespace statelane::comparison {

std::vector<applied::Wanted> find_wanted(const states::StateGraph& graph, const std::string& branch,
                                         const std::string& default_branch) {
  std::vector<applied::Wanted> wanted;
  for (const states::State& state : graph.states()) {
    if (!gitlab::can_carry(state.id)) continue;
    auto branches = gitlab::apply_branches(state.settings.apply_branches, default_branch);
    if (!branch.empty() && !gitlab::is_apply_branch(branches, branch)) continue;
    wanted.push_back({state.id, gitlab::environment_name(state.id), std::move(branches)});
  }
  return wanted;
}

}  // namespace statelane::comparison
