#pragma once

#include <string>
#include <vector>

#include "cli/existing_pipeline.hpp"
#include "emit/parent_pipeline.hpp"

namespace statelane::cli {

/// Suits the two jobs to a pipeline that is there already. What keeps them from running is an error with the line to
/// write; that pipelines of the default branch may be cancelled is a warning where the included file cannot help it.
/// Returns false where nothing should be written: a name is taken.
bool join_pipeline(const ExistingPipeline& existing, emit::ParentRequest& request, Diagnostics& diagnostics);

/// What of the existing pipeline does not reach the jobs of the child, with the remedy.
std::vector<std::string> find_left_behind(const ExistingPipeline& existing);

}  // namespace statelane::cli
