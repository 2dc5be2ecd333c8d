#pragma once

#include <span>
#include <string>
#include <vector>

#include "yaml/value.hpp"

namespace statelane::gitlab {

/// An entry of a job's `needs` that names a job of the same pipeline.
struct Need {
  std::string job;
  const yaml::Value* node = nullptr;  ///< of the name
  bool is_optional = false;
  bool has_artifacts = true;
};

struct Needs {
  std::vector<Need> jobs;
  std::size_t of_other_pipelines = 0;  ///< by `pipeline` or `project`
};

/// Reads every form of `needs` (https://docs.gitlab.com/ci/yaml/#needs), lists in it as `!reference` leaves them; null:
/// there are none.
Needs read_needs(const yaml::Value* needs);

/// `needed[i]` are the jobs that job `i` needs. Which jobs are in a circle, or between two: sorted, empty when the
/// order can be kept.
std::vector<std::size_t> find_circles(std::span<const std::vector<std::size_t>> needed);

}  // namespace statelane::gitlab
