#pragma once

#include <unordered_set>

#include "repo/change_set.hpp"

namespace statelane::cli {

/// Changed configuration files, variable files and lock files whose tokens are the same on both sides: only comments,
/// blank lines and alignment differ. A change of kind or mode is never one of them, nor a file with syntax errors.
std::unordered_set<RepoPath> find_format_only(const repo::Tree* base, const repo::Tree& head,
                                              const repo::ChangeSet& changes);

}  // namespace statelane::cli
