#pragma once

#include <unordered_set>

#include "facts/fact_store.hpp"
#include "repo/change_set.hpp"

namespace statelane::comparison {

/// Changed configuration files, variable files and lock files whose tokens are the same on both sides: only comments,
/// blank lines and alignment differ. A change of kind or mode is never one of them. A null base is the empty tree.
std::unordered_set<RepoPath> find_format_only(const repo::Tree* base, const repo::Tree& head,
                                              const repo::ChangeSet& changes, facts::FactStore& facts);

}  // namespace statelane::comparison
