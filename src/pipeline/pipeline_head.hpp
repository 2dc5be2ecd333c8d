#pragma once

#include <string>
#include <vector>

#include "pipeline/build_pipeline.hpp"

namespace statelane::pipeline {

/// The head of the file: what made it, which commits were compared and why, the command that writes it again, and what
/// a reader of the jobs cannot see: what does not run, and why. `changes_reason`: why no job has a `changes` rule;
/// empty when some may.
std::vector<std::string> head_comments(const PipelineRequest& request, const impact::Impact& impact,
                                       const std::string& changes_reason);

/// `workflow`, `stages`, `default` and `variables` of a child pipeline. A newer commit cancels plans of merge requests
/// only: each of those compares everything again, every other pipeline just what its own push brought.
yaml::Value::Map child_globals(const PipelineRequest& request, bool has_second_stage = false);

/// Adds a title and the first of `entries`, more of which would say nothing new in a comment.
void add_list(std::vector<std::string>& lines, const std::string& title, const std::vector<std::string>& entries);

/// Why a pipeline without lanes does nothing, for the log of its only job.
std::string nothing_reason(const PipelineRequest& request, const impact::Impact& impact);

}  // namespace statelane::pipeline
