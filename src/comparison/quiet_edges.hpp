#pragma once

#include "comparison/loaded_tree.hpp"
#include "impact/impact.hpp"

namespace statelane::comparison {

/// Edges to affected states of which the syntax tells that the change touches no output that the dependent reads. Both
/// trees are read, but only the configuration of states that have dependents.
impact::QuietEdges find_quiet_edges(const LoadedTree& base, const LoadedTree& head, const impact::Impact& impact);

}  // namespace statelane::comparison
