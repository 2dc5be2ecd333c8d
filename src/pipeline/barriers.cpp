#include "pipeline/barriers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace statelane::pipeline {

yaml::Value need_without_artifacts(const std::string& job) {
  return yaml::Value::Map{{"job", job}, {"artifacts", false}};
}

std::vector<std::string> Barriers::narrow(std::vector<std::string> jobs, std::size_t room) {
  while (jobs.size() > room) {
    std::vector<std::string> barriers;
    for (std::size_t begin = 0; begin < jobs.size(); begin += most_) {
      const std::size_t end = std::min(begin + most_, jobs.size());
      if (end - begin == 1) {
        barriers.push_back(jobs[begin]);
        continue;
      }
      barriers.push_back(barrier_for(
          {jobs.begin() + static_cast<std::ptrdiff_t>(begin), jobs.begin() + static_cast<std::ptrdiff_t>(end)}));
    }
    jobs = std::move(barriers);
  }
  return jobs;
}

std::string Barriers::barrier_for(std::vector<std::string> jobs) {
  const auto [entry, is_new] = names_.emplace(std::move(jobs), fmt::format("barrier: {}", names_.size() + 1));
  if (is_new) {
    Job job{entry->second, {}, keywords_};
    job.comments.push_back(
        fmt::format("waits for {} jobs, since GitLab lets a job need no more than {}", entry->first.size(), most_));
    yaml::Value::List needs;
    for (const std::string& needed : entry->first) needs.push_back(need_without_artifacts(needed));
    job.keywords.emplace_back("needs", std::move(needs));
    jobs_.push_back(std::move(job));
  }
  return entry->second;
}

}  // namespace statelane::pipeline
