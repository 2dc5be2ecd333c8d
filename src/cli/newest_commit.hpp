#pragma once

#include <string>

#include "cli/options.hpp"
#include "repo/repository.hpp"
#include "runner/lane.hpp"

namespace statelane::cli {

/// Asks the remote whether `branch` has moved on from `commit`, and if so whether what the state `id` depends on
/// differs at its tip, compared as `affected` compares: tokens for configuration, bytes for the rest. Never throws:
/// what cannot be found out is `cannot_tell` with the reason.
runner::BranchCheck check_branch(const repo::Repository& repository, const Options& options, const std::string& branch,
                                 const repo::CommitId& commit, const std::string& id);

}  // namespace statelane::cli
