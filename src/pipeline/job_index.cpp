#include "pipeline/job_index.hpp"

#include <algorithm>

namespace statelane::pipeline {

JobIndex::JobIndex(std::span<const Pipeline> files) {
  for (const Pipeline& file : files) {
    for (const Job& job : file.templates) jobs_.push_back(&job);
    for (const Job& job : file.jobs) jobs_.push_back(&job);
  }
  for (const Job* job : jobs_) {
    by_name_[job->name] = job;
    const auto [place, is_new] = places_.try_emplace(job->name, resolved_.size());
    if (is_new) resolved_.emplace_back(job->name, yaml::Value::Map{});
    resolved_[place->second].value = yaml::Value(job->keywords);
  }
  faults_ = gitlab::resolve_extends(resolved_).faults;
}

const Job* JobIndex::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

const yaml::Value* JobIndex::effective(const Job& job, std::string_view keyword) const {
  return resolve(job).find(keyword);
}

const yaml::Value& JobIndex::resolve(const Job& job) const { return resolved_[places_.at(job.name)].value; }

std::size_t count_jobs_with(std::span<const Pipeline> files, std::string_view keyword) {
  yaml::Value::Map root;
  const auto add = [&](const Job& job) {
    yaml::Value::Map kept;
    for (const std::string_view key : {std::string_view("extends"), keyword}) {
      if (const yaml::Value* value = job.find(key)) kept.emplace_back(std::string(key), *value);
    }
    root.emplace_back(job.name, yaml::Value(std::move(kept)));
  };
  for (const Pipeline& file : files) {
    std::for_each(file.templates.begin(), file.templates.end(), add);
    std::for_each(file.jobs.begin(), file.jobs.end(), add);
  }
  gitlab::resolve_extends(root);
  return static_cast<std::size_t>(std::count_if(root.begin(), root.end(), [&](const yaml::Value::Entry& job) {
    return !job.key.starts_with('.') && job.value.find(keyword) != nullptr;
  }));
}

}  // namespace statelane::pipeline
