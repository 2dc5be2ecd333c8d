#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "pipeline/pipeline.hpp"

namespace statelane::pipeline {

/// GitLab lets a job need 50 others. Longer lists of jobs go through barrier jobs that do nothing but wait, in a tree;
/// lists with a common part share its barriers.
class Barriers {
 public:
  /// `keywords` are those of a barrier job but for its `needs`; `most` is the largest number of needs of one job, at
  /// least 2.
  Barriers(yaml::Value::Map keywords, std::size_t most) : keywords_(std::move(keywords)), most_(most) {}

  /// At most `room` jobs to need instead of `jobs` (sorted): the same ones when they are few enough, else barriers that
  /// wait for them. `room` is at least 1.
  std::vector<std::string> narrow(std::vector<std::string> jobs, std::size_t room);

  /// The barrier jobs made so far, in the order of their names' numbers; this object is spent afterwards.
  std::vector<Job> take_jobs() { return std::move(jobs_); }

 private:
  std::string barrier_for(std::vector<std::string> jobs);

  yaml::Value::Map keywords_;
  std::size_t most_;
  std::map<std::vector<std::string>, std::string> names_;
  std::vector<Job> jobs_;
};

/// One entry of `needs` that waits for `job` without taking its artifacts.
yaml::Value need_without_artifacts(const std::string& job);

}  // namespace statelane::pipeline
