#pragma once

#include "cli/comparison.hpp"

namespace statelane::cli {

/// Edges to affected states of which the syntax tells that the change touches no output that the dependent reads. Both
/// trees are read, but only the configuration of states that have dependents.
impact::QuietEdges find_quiet_edges(const Side& base, const Side& head, const impact::Impact& impact);

}  // namespace statelane::cli
