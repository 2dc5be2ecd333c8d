#pragma once

#include "base/diagnostics.hpp"
#include "pipeline/job_index.hpp"

namespace statelane::pipeline {

/// Faults in the values of one job's keywords, those of its templates included: what users write into templates and
/// `job` reaches GitLab as it is, and one bad value makes it refuse the whole file. Beside what GitLab refuses, by its
/// table of keywords, what it takes and does otherwise than it reads.
void check_keywords(const JobIndex& jobs, const Job& job, Diagnostics& diagnostics);

}  // namespace statelane::pipeline
