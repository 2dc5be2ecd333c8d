#pragma once

#include <vector>

#include "repo/tree.hpp"
#include "states/state_graph.hpp"

namespace statelane::states {

/// Every file and link of `tree` that is an input of `state`, sorted.
std::vector<RepoPath> find_existing_inputs(const repo::Tree& tree, const StateGraph& graph, std::uint32_t state);

}  // namespace statelane::states
