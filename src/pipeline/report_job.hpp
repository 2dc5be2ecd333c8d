#pragma once

#include <vector>

#include "pipeline/build_pipeline.hpp"
#include "pipeline/lanes.hpp"

namespace statelane::pipeline {

/// `report`: a page about the plans of this pipeline, and the merge request's note. One of several children reports on
/// its own lanes, in a note of its own.
Job build_report_job(const PipelineRequest& request, const std::vector<Lane>& lanes);

}  // namespace statelane::pipeline
