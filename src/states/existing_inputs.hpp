#pragma once

#include <string>
#include <vector>

#include "repo/tree.hpp"
#include "states/state_graph.hpp"

namespace statelane::states {

/// Every file and link of `tree` that is an input of `state`, sorted.
std::vector<RepoPath> find_existing_inputs(const repo::Tree& tree, const StateGraph& graph, std::uint32_t state);

/// Files that are in both trees and an input of the state `id`, which both graphs have, on one side only; sorted.
std::vector<RepoPath> find_regrouped_inputs(const repo::Tree& base, const StateGraph& base_graph,
                                            const repo::Tree& head, const StateGraph& head_graph,
                                            const std::string& id);

}  // namespace statelane::states
