#pragma once

#include <string>
#include <vector>

#include "pipeline/pipeline.hpp"

namespace statelane::pipeline {

/// A job that prints `lines` and shows as a warning: what the pipeline leaves to people is to be seen in the pipeline
/// itself. Nothing needs it, and it needs nothing. Lines may hold names: what would break a line or is no UTF-8 is a
/// question mark.
Job build_warning_job(std::string name, const std::vector<std::string>& lines);

}  // namespace statelane::pipeline
