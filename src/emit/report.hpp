#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "impact/impact.hpp"
#include "pipeline/build_pipeline.hpp"
#include "states/state_graph.hpp"

namespace statelane::emit {

/// What the artifacts of a state's jobs tell.
struct LaneResult {
  bool has_changes = false;
  std::int64_t create = 0;
  std::int64_t update = 0;
  std::int64_t remove = 0;
  bool is_destroy = false;
  std::optional<int> apply_exit_code;      ///< empty: not applied
  std::vector<std::string> passed_guards;  ///< options that let something pass
};

/// One state of the report.
struct ReportLane {
  impact::Affected affected;
  std::optional<LaneResult> result;  ///< empty: no plan
};

/// One run: which states a change touches, and what became of them.
struct Report {
  std::string title;  ///< of the project, or of its directory
  std::string link;   ///< to the pipeline; empty: none
  pipeline::ComparedCommits comparison;
  std::size_t total = 0;  ///< states that there are
  std::vector<ReportLane> lanes;
  impact::Impact impact;
  std::vector<std::string> executed;  ///< what the change does to what jobs execute
};

/// One page of HTML that needs no other file and no network: the graph of states, each with its causes and what its
/// plan does, a filter and a search. Nothing in a name can become markup.
std::string render_report_page(const Report& report, const states::StateGraph& graph);

/// The same for a merge request or a job's summary, in GitLab's Markdown, without the graph.
std::string render_report_markdown(const Report& report);

/// What became of a lane, in one or two words: "no plan", "no changes", "planned", "applied", "apply failed".
std::string_view outcome_of(const ReportLane& lane);

/// "+2 ~1 −3", or empty without a plan that changes something.
std::string count_changes(const ReportLane& lane);

}  // namespace statelane::emit
