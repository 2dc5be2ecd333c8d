#pragma once

#include "base/diagnostics.hpp"
#include "gitlab/version.hpp"
#include "pipeline/job_index.hpp"

namespace statelane::pipeline {

/// The fault of a generated pipeline, reported where users can do something about it.
void report_fault(const Job& job, const std::string& what, Diagnostics& diagnostics);

/// Faults in the values of one job's keywords, those of its templates included: what users write into templates and
/// `job` reaches GitLab as it is, and one bad value makes it refuse the whole file. Beside what GitLab refuses, by its
/// table of keywords and its version, what it takes and does otherwise than it reads.
void check_keywords(const JobIndex& jobs, const Job& job, const gitlab::Version& server, Diagnostics& diagnostics);

}  // namespace statelane::pipeline
