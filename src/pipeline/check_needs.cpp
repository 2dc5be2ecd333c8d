#include "pipeline/check_needs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "config/config.hpp"
#include "gitlab/limits.hpp"

namespace statelane::pipeline {

namespace {

bool is_of_another_pipeline(const yaml::Value& need) {
  return need.find("pipeline") != nullptr || need.find("project") != nullptr;
}

std::size_t count_needs_of_others(const Job& job) {
  const yaml::Value* needs = job.find("needs");
  const yaml::Value::List* list = needs != nullptr ? needs->as_list() : nullptr;
  return list == nullptr ? 0
                         : static_cast<std::size_t>(std::count_if(list->begin(), list->end(), is_of_another_pipeline));
}

/// The names in a job's own `needs`; templates have none.
std::vector<std::string> needed_names(const Job& job) {
  std::vector<std::string> names;
  const yaml::Value* needs = job.find("needs");
  const yaml::Value::List* list = needs != nullptr ? needs->as_list() : nullptr;
  if (list == nullptr) return names;
  for (const yaml::Value& need : *list) {
    if (is_of_another_pipeline(need)) continue;
    const yaml::Value* name = need.as_map() != nullptr ? need.find("job") : &need;
    if (name != nullptr && name->as_string() != nullptr) names.push_back(*name->as_string());
  }
  return names;
}

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
    std::vector<std::string> names = needed_names(job);
    if (names.size() > gitlab::max_needs) {
      report_fault(job, fmt::format("it needs {} jobs, and GitLab allows {}", names.size(), gitlab::max_needs),
                   diagnostics_);
    }
    if (const std::size_t others = count_needs_of_others(job); others > gitlab::max_cross_pipeline_needs) {
      report_fault(job,
                   fmt::format("it needs {} jobs of other pipelines, and GitLab allows {}", others,
                               gitlab::max_cross_pipeline_needs),
                   diagnostics_);
    }
    std::set<std::string> seen;
    for (const std::string& name : names) {
      const Job* needed = jobs_.find(name);
      if (needed == nullptr || is_hidden(*needed)) {
        report_fault(job, fmt::format("it needs \"{}\", which is no job of the pipeline", name), diagnostics_);
      } else if (stage_of(*needed) > stage_of(job)) {
        report_fault(job, fmt::format("it needs \"{}\", which is in a later stage", name), diagnostics_);
      }
      if (!seen.insert(name).second) report_fault(job, fmt::format("it needs \"{}\" twice", name), diagnostics_);
    }
    needs_.emplace(&job, std::move(names));
  }

  std::size_t stage_of(const Job& job) const {
    const yaml::Value* stage = jobs_.effective(job, "stage");
    const std::string* name = stage != nullptr ? stage->as_string() : nullptr;
    if (name == nullptr) return 0;
    return static_cast<std::size_t>(std::find(stages_.begin(), stages_.end(), *name) - stages_.begin());
  }

  /// Takes away jobs that need nothing any more; what is left is in a circle or behind one.
  void find_circle() {
    std::unordered_map<const Job*, std::size_t> open;
    std::unordered_map<const Job*, std::vector<const Job*>> behind;
    std::vector<const Job*> ready;
    for (const auto& [job, names] : needs_) {
      std::size_t count = 0;
      for (const std::string& name : names) {
        const Job* needed = jobs_.find(name);
        if (needed == nullptr || !needs_.contains(needed)) continue;
        behind[needed].push_back(job);
        ++count;
      }
      open[job] = count;
      if (count == 0) ready.push_back(job);
    }
    std::size_t done = 0;
    for (; done < ready.size(); ++done) {
      for (const Job* job : behind[ready[done]]) {
        if (--open[job] == 0) ready.push_back(job);
      }
    }
    if (done == needs_.size()) return;
    const auto stuck = std::find_if(jobs_.jobs().begin(), jobs_.jobs().end(),
                                    [&](const Job* job) { return open.contains(job) && open[job] > 0; });
    report_fault(**stuck, "it needs itself through other jobs", diagnostics_);
  }

  const JobIndex& jobs_;
  const std::vector<std::string>& stages_;
  Diagnostics& diagnostics_;
  std::unordered_map<const Job*, std::vector<std::string>> needs_;
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
