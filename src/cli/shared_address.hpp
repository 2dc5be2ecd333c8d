#pragma once

#include "cli/read_trees.hpp"

namespace statelane::cli {

/// Warns where a variable of this process, which the project's jobs have too, gives several states of a tree one
/// address in GitLab: each would overwrite the others' resources.
void warn_of_shared_address(const LoadedTree& side, Diagnostics& diagnostics);

}  // namespace statelane::cli
