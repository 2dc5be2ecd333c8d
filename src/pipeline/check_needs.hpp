#pragma once

#include "base/diagnostics.hpp"
#include "pipeline/job_index.hpp"

namespace statelane::pipeline {

/// Errors for `needs` that GitLab refuses: jobs that are not there (it fails the whole pipeline), of a later stage,
/// twice, more than 50, in a circle.
void check_needs(const JobIndex& jobs, const std::vector<std::string>& stages, Diagnostics& diagnostics);

/// The fault of a generated pipeline, reported where users can do something about it.
void report_fault(const Job& job, const std::string& what, Diagnostics& diagnostics);

}  // namespace statelane::pipeline
