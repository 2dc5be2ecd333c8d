#pragma once

#include <string>

#include "cli/read_trees.hpp"

namespace statelane::cli {

/// Warns where a variable of this process, which the project's jobs have too, gives several states of a tree one
/// place: an address in GitLab, or settings of their backends by `-backend-config` in TF_CLI_ARGS. Each would overwrite
/// the others' resources.
void warn_of_shared_address(const LoadedTree& side, Diagnostics& diagnostics);

/// What the jobs of a lane know such a variable by, `NAME=DIGEST` with blanks between: one that is the same there is no
/// lane's own. Empty where there is none.
std::string describe_shared_variables(const LoadedTree& side);

/// That such a variable, which the job that generated the pipeline has as well (STATELANE_SHARED), keeps this state
/// where others are kept; empty where none does.
std::string describe_shared_place(const LoadedTree& side, std::uint32_t index);

/// That applies of states which GitLab keeps want a token that outlives their jobs, and how to give it; empty where no
/// state is kept there, or where this process, and so the project's jobs, have one.
std::string advise_lasting_token(const LoadedTree& side);

}  // namespace statelane::cli
