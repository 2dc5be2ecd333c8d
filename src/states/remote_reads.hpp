#pragma once

#include <vector>

#include "states/closure.hpp"
#include "states/loops.hpp"

namespace statelane::states {

/// The stored states that one `terraform_remote_state` block reads: one for each element of a `for_each` that folds,
/// one for each possibility of a value that does not. What is not known at all is added to `unknown`.
std::vector<RemoteRead> find_remote_reads(const terraform::RemoteState& block, const Fold& fold, const Place& place,
                                          const RepoPath& working_directory, std::vector<Unknown>& unknown);

}  // namespace statelane::states
