#pragma once

#include <vector>

#include "base/diagnostics.hpp"
#include "states/state_graph.hpp"

namespace statelane::states {

/// What `after` says of `states` (sorted by id): a state with the name before the colon waits for the one that differs
/// from it in that name alone and has the one behind it. The name is the instance's, or of a directory in the state's
/// path. Sorted, without duplicates.
std::vector<Promotion> find_promotions(const std::vector<State>& states);

/// Errors for names in `after` by which no state of its rule waits for another, and for states that would wait for
/// themselves.
void check_promotions(const config::Config& config, const StateGraph& graph, Diagnostics& diagnostics);

}  // namespace statelane::states
