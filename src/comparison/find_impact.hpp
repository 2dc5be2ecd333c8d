#pragma once

#include "comparison/loaded_tree.hpp"
#include "impact/impact.hpp"

namespace statelane::comparison {

/// What `changes`, the paths that differ between the trees of two sides, touch. With `ignore_format`, changes of
/// comments and layout only are skipped where they have no effect.
impact::Impact find_impact(const LoadedTree& base, const LoadedTree& head, const repo::ChangeSet& changes,
                           bool ignore_format, facts::FactStore& facts);

}  // namespace statelane::comparison
