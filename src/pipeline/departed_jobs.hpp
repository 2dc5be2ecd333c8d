#pragma once

#include <vector>

#include "pipeline/barriers.hpp"
#include "pipeline/departed.hpp"

namespace statelane::pipeline {

/// The jobs of states that left: `plan destroy: ID` and, behind its gate, `destroy: ID`, both on the files of base; or
/// a warning job `deleted: ID` or `retired: ID`. Very many warnings share one job. `plan_environment` is what the
/// templates give to plans, see `LaneParts`.
std::vector<Job> build_departed_jobs(const PipelineRequest& request, const std::vector<Departed>& departed,
                                     const std::string& plan_environment, Barriers& barriers);

}  // namespace statelane::pipeline
