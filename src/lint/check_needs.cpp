#include "gitlab/check_needs.hpp"

#include <unordered_map>

#include "lint/check_structure.hpp"

namespace statelane::lint {

void check_needs(const Pipeline& pipeline, Report& report) {
  std::unordered_map<std::string_view, std::size_t> stages;
  for (std::size_t index = 0; index < pipeline.stages.size(); ++index) stages.emplace(pipeline.stages[index], index);
  std::vector<gitlab::OrderedJob> jobs;
  for (const Job& job : pipeline.jobs) {
    const yaml::Value* stage = job.find("stage");
    const bool is_text = stage != nullptr && stage->as_string() != nullptr;
    const auto found = stages.find(is_text ? std::string_view(*stage->as_string()) : "test");
    jobs.push_back({job.name, found != stages.end() ? std::optional(found->second) : std::nullopt, job.find("needs"),
                    job.find("dependencies"), job.find("rules"), job.find("trigger")});
  }
  for (gitlab::NeedsFault& fault : gitlab::check_needs(jobs, pipeline.configuration.unseen.empty())) {
    report.add(Rule::invalid_needs, fault.spot, pipeline.jobs[fault.job].name, std::move(fault.message),
               std::move(fault.hints));
  }
}

}  // namespace statelane::lint
