#pragma once

#include <vector>

#include "states/closure.hpp"
#include "states/loops.hpp"

namespace statelane::states {

/// What one block reads.
struct RemoteReads {
  std::vector<RemoteRead> reads;
  std::vector<hcl::Value> files;  ///< paths of stored states, from the working directory and not cleaned
};

/// The stored states that one block of `module` reads: one for each element of a `for_each` that folds, one for each
/// possibility of a value that does not. Of a `merge` of which some argument is not known what the others say counts.
/// What is not known at all is a read of which nothing is known, and is added to `unknown`.
RemoteReads find_remote_reads(const Module& module, const Module::Read& read, const Fold& fold,
                              const RepoPath& working_directory, std::vector<Unknown>& unknown);

/// Whether a stored state of one of these files may be a file of the tree.
bool may_be_stored(const std::vector<hcl::Value>& files, const repo::Tree& tree, const RepoPath& working_directory);

}  // namespace statelane::states
