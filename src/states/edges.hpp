#pragma once

#include <vector>

#include "base/diagnostics.hpp"
#include "states/closure.hpp"
#include "states/load_states.hpp"
#include "states/state.hpp"

namespace statelane::states {

/// The edges between `states` (sorted by id), whose stored-state reads are `reads`, in the same order. A read that
/// nothing answers is added to `unmatched`; a `depends_on` that names no state is an error of the configuration.
/// `dependencies`: the directories that units wait for, in the same order.
std::vector<Edge> find_edges(const std::vector<State>& states, const std::vector<std::vector<RemoteRead>>& reads,
                             const std::vector<std::vector<UnitDependency>>& dependencies,
                             std::vector<Unmatched>& unmatched, Diagnostics& diagnostics);

/// Warns of states that write one stored state: two lanes that would destroy each other's resources.
void check_identities(const std::vector<State>& states, Diagnostics& diagnostics);

}  // namespace statelane::states
