#include "pipeline/job_index.hpp"

#include "gitlab/limits.hpp"
#include "pipeline/template_set.hpp"

namespace statelane::pipeline {

JobIndex::JobIndex(std::span<const Pipeline> files) {
  for (const Pipeline& file : files) {
    for (const Job& job : file.templates) jobs_.push_back(&job);
    for (const Job& job : file.jobs) jobs_.push_back(&job);
  }
  for (const Job* job : jobs_) by_name_[job->name] = job;
}

const Job* JobIndex::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

const yaml::Value* JobIndex::effective(const Job& job, std::string_view keyword) const {
  return effective(job, keyword, gitlab::max_extends_depth);
}

const yaml::Value* JobIndex::effective(const Job& job, std::string_view keyword, std::size_t depth) const {
  if (const yaml::Value* own = job.find(keyword)) return own;
  const yaml::Value* extends = job.find("extends");
  if (extends == nullptr || depth == 0) return nullptr;
  const std::vector<std::string> names = extended_names(*extends);
  // Of several the last one wins.
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    const Job* below = find(*name);
    const yaml::Value* value = below != nullptr ? effective(*below, keyword, depth - 1) : nullptr;
    if (value != nullptr) return value;
  }
  return nullptr;
}

yaml::Value::Map JobIndex::resolve(const Job& job) const { return resolve(job, gitlab::max_extends_depth); }

yaml::Value::Map JobIndex::resolve(const Job& job, std::size_t depth) const {
  yaml::Value::Map result;
  const yaml::Value* extends = job.find("extends");
  if (extends != nullptr && depth > 0) {
    for (const std::string& name : extended_names(*extends)) {
      const Job* below = find(name);
      if (below != nullptr) yaml::deep_merge(result, resolve(*below, depth - 1));
    }
  }
  yaml::deep_merge(result, job.keywords);
  return result;
}

}  // namespace statelane::pipeline
