#pragma once

#include <unordered_set>

#include "facts/fact_store.hpp"
#include "repo/change_set.hpp"

namespace statelane::comparison {

/// Changes that say nothing else to Terraform, so that a state which reads the file only as configuration plans the
/// same:
///   configuration, variable and lock files whose tokens are the same on both sides (comments, blank lines, alignment);
///   a file of configuration that comes or goes and says nothing, or is renamed within its directory;
///   a lock file that only gains hashes;
///   a `.gitattributes` whose change leaves checkouts as they are.
/// A change of kind or mode is never one of them. A null base is the empty tree.
std::unordered_set<RepoPath> find_format_only(const repo::Tree* base, const repo::Tree& head,
                                              const repo::ChangeSet& changes, facts::FactStore& facts);

}  // namespace statelane::comparison
