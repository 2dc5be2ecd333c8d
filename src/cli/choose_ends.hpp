#pragma once

#include "cli/comparison.hpp"

namespace statelane::cli {

/// Decides which commits are compared: the command line first, then what GitLab says of the pipeline, on a laptop the
/// merge base with the default branch. Throws `Error` when a revision is not there; a base that should be there and
/// cannot be had is an error too, unless the options say to go on.
Ends choose_ends(const repo::Repository& repository, const Options& options,
                 const gitlab::PredefinedVariables& variables);

}  // namespace statelane::cli
