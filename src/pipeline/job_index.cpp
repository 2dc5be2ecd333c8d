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

const yaml::Value* JobIndex::effective_inside(const Job& job, std::string_view keyword, std::string_view key) const {
  return effective_inside(job, keyword, key, gitlab::max_extends_depth);
}

const yaml::Value* JobIndex::effective_inside(const Job& job, std::string_view keyword, std::string_view key,
                                              std::size_t depth) const {
  const yaml::Value* own = job.find(keyword);
  // What is no map hides the maps below it.
  if (own != nullptr && (own->as_map() == nullptr || own->find(key) != nullptr)) return own->find(key);
  const yaml::Value* extends = job.find("extends");
  if (extends == nullptr || depth == 0) return nullptr;
  const std::vector<std::string> names = extended_names(*extends);
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    const Job* below = find(*name);
    const yaml::Value* value = below != nullptr ? effective_inside(*below, keyword, key, depth - 1) : nullptr;
    if (value != nullptr) return value;
  }
  return nullptr;
}

}  // namespace statelane::pipeline
