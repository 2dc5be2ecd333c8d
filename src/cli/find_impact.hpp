#pragma once

#include "cli/comparison.hpp"

namespace statelane::cli {

/// What `changes`, the paths that differ between the trees of two sides, touch. With `ignore_format`, changes of
/// comments and layout only are skipped where they have no effect.
impact::Impact find_impact(const Side& base, const Side& head, const repo::ChangeSet& changes, bool ignore_format,
                           facts::FactStore& facts);

}  // namespace statelane::cli
