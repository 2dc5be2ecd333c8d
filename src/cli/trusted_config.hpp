#pragma once

#include <optional>

#include "cli/options.hpp"
#include "comparison/loaded_tree.hpp"
#include "repo/repository.hpp"

namespace statelane::cli {

/// The configuration that decides what is executed, by `--config-from`: of a merge request's target branch (`target`;
/// elsewhere the branch's own counts), or of the default branch, which decides where to apply as well (`default`; on
/// that branch its own counts). `NAME@COMMIT` is one commit of it, as `generate` writes it into the child, so that all
/// jobs of a pipeline take the same. Empty: the tree's own.
///
/// Throws `Error`: usage for another word, environment where the branch cannot be had, user_files where that branch's
/// configuration has errors.
std::optional<comparison::TrustedConfig> find_trusted_config(const repo::Repository& repository,
                                                             const Options& options);

/// `NAME@COMMIT`; empty without one.
std::string pin(const std::optional<comparison::TrustedConfig>& trusted);

/// Where what `side` has of what is executed differs from what is taken, as a line for people; empty: it does not.
std::string describe_difference(const comparison::LoadedTree& side, const comparison::TrustedConfig& trusted);

}  // namespace statelane::cli
