#pragma once

#include "cli/read_trees.hpp"
#include "comparison/collisions.hpp"

namespace statelane::cli {

/// Looks at the heads of merge requests that origin has, the newest first and at most 50: by GitLab's list of open ones
/// where there is a token that may ask for it, else by `refs/merge-requests/*/head` alone, where closed ones cannot be
/// told from open ones. What could not be looked at is in the remarks, and never an error.
comparison::Collisions look_at_merge_requests(const repo::Repository& repository, const Comparison& comparison,
                                              const Options& options);

/// Says on standard error what was not looked at.
void write_remarks(const comparison::Collisions& collisions);

}  // namespace statelane::cli
