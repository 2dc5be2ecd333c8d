#pragma once

#include <cstddef>
#include <vector>

#include "gitlab/version.hpp"
#include "impact/impact.hpp"
#include "pipeline/pipeline.hpp"
#include "states/state_graph.hpp"

namespace statelane::pipeline {

/// What GitLab measures of the file once it is parsed; never less. The text itself is always smaller.
std::size_t measure_file(const Pipeline& file);

/// The same pipeline as files that each keep GitLab's size limit, as few as possible: one `trigger:include` names them
/// together. The first holds globals and templates. A single job above the limit stays in one file; `check_pipeline`
/// reports that, and more files than GitLab takes.
std::vector<Pipeline> split_into_files(Pipeline pipeline, const gitlab::Version& server);

/// The affected states in `count` parts for as many children, of nearly equal size: states whose order matters stay
/// together, also when they depend on each other only through states that do not run, or did so in base while one of
/// them has left. Some parts are empty when there
/// are too few groups. The first keeps the lists of what does not run.
std::vector<impact::Impact> split_into_children(const impact::Impact& impact, const states::StateGraph& base,
                                                const states::StateGraph& head, std::size_t count);

}  // namespace statelane::pipeline
