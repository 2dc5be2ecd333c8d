#pragma once

#include "cli/options.hpp"
#include "comparison/comparison.hpp"
#include "repo/repository.hpp"

namespace statelane::cli {

using comparison::Comparison;
using comparison::LoadedTree;

/// GitLab's predefined variables that this process has.
gitlab::PredefinedVariables read_predefined_variables();

/// CI_DEFAULT_BRANCH, else the branch that looks like it.
std::string find_default_branch(const repo::Repository& repository);

/// Opens the repository around the current directory. The configuration of `--config` takes the place of what its trees
/// have. Throws `Error` (usage) when that file cannot be read.
repo::Repository open_repository(const Options& options);

/// Reads the one tree that a command without comparison reads: `--rev`, under CI `HEAD`, otherwise the work tree. What
/// was learnt is kept for the next run.
LoadedTree read_tree(const repo::Repository& repository, const Options& options, Diagnostics& diagnostics,
                     const comparison::TrustedConfig* trusted = nullptr);

/// Compares what the command line and GitLab's variables name. What was learnt is kept for the next run.
Comparison read_comparison(const repo::Repository& repository, const Options& options,
                           const comparison::TrustedConfig* trusted = nullptr);

}  // namespace statelane::cli
