#pragma once

#include <string>

#include "cli/read_trees.hpp"

namespace statelane::cli {

/// Warns where a variable of this process, which the project's jobs have too, gives several states of a tree one
/// address in GitLab: each would overwrite the others' resources.
void warn_of_shared_address(const LoadedTree& side, Diagnostics& diagnostics);

/// That applies of states which GitLab keeps want a token that outlives their jobs, and how to give it; empty where no
/// state is kept there, or where this process, and so the project's jobs, have one.
std::string advise_lasting_token(const LoadedTree& side);

}  // namespace statelane::cli
