#pragma once

#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

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

  /// The keyword of a job after `extends`; maps are not merged, the nearest one is returned. Null when nothing sets it.
  const yaml::Value* effective(const Job& job, std::string_view keyword) const;

  /// All keywords of a job after `extends`, maps merged.
  yaml::Value::Map resolve(const Job& job) const;

 private:
  yaml::Value::Map resolve(const Job& job, std::size_t depth) const;
  const yaml::Value* effective(const Job& job, std::string_view keyword, std::size_t depth) const;

  std::vector<const Job*> jobs_;
  std::unordered_map<std::string_view, const Job*> by_name_;
};

/// Names beginning with a dot are hidden jobs: GitLab makes no job of them.
inline bool is_hidden(const Job& job) { return job.name.starts_with('.'); }

}  // namespace statelane::pipeline
