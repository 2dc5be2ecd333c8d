#pragma once

#include <string>

#include "pipeline/pipeline.hpp"

namespace statelane::pipeline {

/// A job that prints `text` and shows as a warning: what the pipeline leaves to people is to be seen in the pipeline
/// itself. Nothing needs it, and it needs nothing.
Job build_warning_job(std::string name, const std::string& text);

}  // namespace statelane::pipeline
