#pragma once

#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gitlab/extends.hpp"
#include "pipeline/pipeline.hpp"

namespace statelane::pipeline {

/// The jobs of one pipeline's files by name, read as GitLab reads them. Refers to the files.
class JobIndex {
 public:
  explicit JobIndex(std::span<const Pipeline> files);

  /// All jobs, hidden ones included, in the order of the files.
  const std::vector<const Job*>& jobs() const { return jobs_; }

  /// The job of that name, the last one of several; null when there is none.
  const Job* find(std::string_view name) const;

  /// The keyword of a job after `extends`. Null when nothing sets it.
  const yaml::Value* effective(const Job& job, std::string_view keyword) const;

  /// All keywords of a job after `extends`: a map.
  const yaml::Value& resolve(const Job& job) const;

  /// What GitLab refuses of their `extends`.
  const std::vector<gitlab::ExtendsFault>& faults() const { return faults_; }

 private:
  std::vector<const Job*> jobs_;
  std::unordered_map<std::string_view, const Job*> by_name_;
  yaml::Value::Map resolved_;
  std::unordered_map<std::string_view, std::size_t> places_;  ///< in `resolved_`
  std::vector<gitlab::ExtendsFault> faults_;
};

/// Names beginning with a dot are hidden jobs: GitLab makes no job of them.
inline bool is_hidden(const Job& job) { return job.name.starts_with('.'); }

/// How many jobs have the keyword, their own or through `extends`.
std::size_t count_jobs_with(std::span<const Pipeline> files, std::string_view keyword);

}  // namespace statelane::pipeline
