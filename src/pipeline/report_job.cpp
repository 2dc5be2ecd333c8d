#include "pipeline/report_job.hpp"

#include <fmt/format.h>

#include "pipeline/lane_jobs.hpp"

namespace statelane::pipeline {

Job build_report_job(const PipelineRequest& request, const std::vector<Lane>& lanes) {
  yaml::Value::Map variables;
  for (const auto& [name, value] : request.report_variables) variables.emplace_back(name, literal_variable(value));
  if (request.child != 0) {
    std::string ids;
    for (const Lane& lane : lanes) ids += (ids.empty() ? "" : "\n") + lane.state->id;
    variables.emplace_back("STATELANE_STATES", literal_variable(ids));
    variables.emplace_back("STATELANE_OPT_NOTE_KEY", fmt::format("report-{}", request.child));
  }
  Job job{"report", {}, {{"extends", ".statelane-report"}}};
  if (!variables.empty()) job.keywords.emplace_back("variables", std::move(variables));
  return job;
}

}  // namespace statelane::pipeline
