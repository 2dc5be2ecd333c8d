#pragma once

#include "states/state.hpp"

namespace statelane::states {

/// Whether Terragrunt copies `path`, which `input` may cover, to where the unit runs, or reads it by itself. Source:
/// what Terragrunt copies of a source: every file no part of whose path, in the source or the unit, begins with a dot,
/// and the lock file; see `include_in_copy` and `exclude_from_copy` in its page "Blocks".
bool is_copied(const Copied& copied, const Input& input, const RepoPath& path);

/// Whether `path`, which `input` covers, does nothing by that: a file of the unit lies over it, or it is configuration
/// of Terragrunt's, which Terraform does not load.
bool is_without_effect(const Copied& copied, const Input& input, const RepoPath& path);

}  // namespace statelane::states
