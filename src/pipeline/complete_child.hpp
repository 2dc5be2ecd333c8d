#pragma once

#include "pipeline/children.hpp"

namespace statelane::pipeline {

/// Numbers the files of the child with this number, from 1, adds those that it does not need, and proves that GitLab
/// takes them. More files than the parent includes are an error.
void complete_child(Child& child, std::size_t number, const Capacity& capacity, const PipelineRequest& request,
                    Diagnostics& diagnostics);

inline std::size_t divide_up(std::size_t number, std::size_t by) { return (number + by - 1) / by; }

}  // namespace statelane::pipeline
