#include "pipeline/check_needs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "config/config.hpp"
#include "gitlab/limits.hpp"
#include "gitlab/needs.hpp"

namespace statelane::pipeline {

namespace {

class NeedsCheck {
 public:
  NeedsCheck(const JobIndex& jobs, const std::vector<std::string>& stages, Diagnostics& diagnostics)
      : jobs_(jobs), stages_(stages), diagnostics_(diagnostics) {}

  void run() {
    for (const Job* job : jobs_.jobs()) {
      if (!is_hidden(*job)) check_job(*job);
    }
    find_circle();
  }

 private:
  void check_job(const Job& job) {
    const gitlab::Needs needs = gitlab::read_needs(job.find("needs"));
    if (needs.jobs.size() > gitlab::max_needs) {
      report_fault(job, fmt::format("it needs {} jobs, and GitLab allows {}", needs.jobs.size(), gitlab::max_needs),
                   diagnostics_);
    }
    if (needs.of_other_pipelines > gitlab::max_cross_pipeline_needs) {
      report_fault(job,
                   fmt::format("it needs {} jobs of other pipelines, and GitLab allows {}", needs.of_other_pipelines,
                               gitlab::max_cross_pipeline_needs),
                   diagnostics_);
    }
    std::set<std::string> seen;
    for (const gitlab::Need& need : needs.jobs) {
      const std::string& name = need.job;
      const Job* needed = jobs_.find(name);
      if (needed == nullptr || is_hidden(*needed)) {
        report_fault(job, fmt::format("it needs \"{}\", which is no job of the pipeline", name), diagnostics_);
      } else if (stage_of(*needed) > stage_of(job)) {
        report_fault(job, fmt::format("it needs \"{}\", which is in a later stage", name), diagnostics_);
      }
      if (!seen.insert(name).second) report_fault(job, fmt::format("it needs \"{}\" twice", name), diagnostics_);
    }
  }

  std::size_t stage_of(const Job& job) const {
    const yaml::Value* stage = jobs_.effective(job, "stage");
    const std::string* name = stage != nullptr ? stage->as_string() : nullptr;
    if (name == nullptr) return 0;
    return static_cast<std::size_t>(std::find(stages_.begin(), stages_.end(), *name) - stages_.begin());
  }

  void find_circle() {
    const std::vector<const Job*>& jobs = jobs_.jobs();
    std::unordered_map<const Job*, std::size_t> places;
    for (std::size_t index = 0; index < jobs.size(); ++index) places.emplace(jobs[index], index);
    std::vector<std::vector<std::size_t>> needed(jobs.size());
    for (std::size_t index = 0; index < jobs.size(); ++index) {
      for (const gitlab::Need& need : gitlab::read_needs(jobs[index]->find("needs")).jobs) {
        if (const Job* job = jobs_.find(need.job)) needed[index].push_back(places.at(job));
      }
    }
    const std::vector<std::size_t> circles = gitlab::find_circles(needed);
    if (!circles.empty()) report_fault(*jobs[circles.front()], "it needs itself through other jobs", diagnostics_);
  }

  const JobIndex& jobs_;
  const std::vector<std::string>& stages_;
  Diagnostics& diagnostics_;
};

}  // namespace

void report_fault(const Job& job, const std::string& what, Diagnostics& diagnostics) {
  diagnostics.error(RepoPath::of(config::file_name), std::nullopt,
                    fmt::format("GitLab would not run the job \"{}\" as it is meant: {}", job.name, what));
}

void check_needs(const JobIndex& jobs, const std::vector<std::string>& stages, Diagnostics& diagnostics) {
  NeedsCheck(jobs, stages, diagnostics).run();
}

}  // namespace statelane::pipeline
