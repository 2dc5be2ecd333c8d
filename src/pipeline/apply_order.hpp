#pragma once

#include <cstdint>
#include <vector>

#include "states/state_graph.hpp"

namespace statelane::pipeline {

/// Which applies come before which.
struct ApplyOrder {
  /// For each lane the lanes whose applies it waits for directly, sorted; what follows from others is left out. Both as
  /// positions in the list of lanes.
  std::vector<std::vector<std::uint32_t>> waits_for;
  /// Lanes that depend on each other in a circle, at least two in each: they do not wait for each other, but together
  /// for what any of them depends on. Positions, sorted.
  std::vector<std::vector<std::uint32_t>> circles;
};

/// Orders `lanes` (indexes of states, sorted, no duplicates) by the certain edges of `graph` and its promotions, also
/// through states that are no lanes. No circle is ever in the result.
ApplyOrder order_applies(const states::StateGraph& graph, const std::vector<std::uint32_t>& lanes);

}  // namespace statelane::pipeline
