#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emit/status.hpp"
#include "impact/impact.hpp"
#include "pipeline/build_pipeline.hpp"
#include "states/state_graph.hpp"

namespace statelane::emit {

/// An object that a plan changes.
struct ReportChange {
  std::string action;  ///< `delete`, `replace`, `create` …, as the plan's review has it
  std::string address;
  std::string text{};  ///< what Terraform prints of it; empty: not to be had
};

/// What the artifacts of a state's jobs tell.
struct LaneResult {
  bool has_changes = false;
  std::int64_t create = 0;
  std::int64_t update = 0;
  std::int64_t remove = 0;
  bool is_destroy = false;
  std::optional<int> apply_exit_code{};        ///< empty: not applied
  std::vector<std::string> passed_guards{};    ///< options that let something pass
  std::string failure{};                       ///< why there is no plan; empty: there is one
  std::vector<ReportChange> changes{};         ///< what destroys first; empty also where the artifacts do not tell
  std::size_t left_out = 0;                    ///< further changes
  std::vector<std::string> outputs{};          ///< that change: "update vpc_id"
  std::string verdict{};                       ///< what the plan is against the one that was reviewed; empty: not asked
  std::vector<std::string> verdict_details{};  ///< address by address
  std::string plan_job{};                      ///< its address; empty: not known, as those that follow
  std::string apply_job{};
  std::string applied_by{};
  std::string applied_at{};  ///< "2024-01-31 12:00 UTC"
};

/// One state of the report.
struct ReportLane {
  impact::Affected affected;
  std::optional<LaneResult> result;       ///< empty: no plan
  std::string owners{};                   ///< by CODEOWNERS: "@net, @sre (Operations)"; empty: nobody
  std::string not_asked{};                ///< those of them whom GitLab did not ask
  std::vector<std::string> collisions{};  ///< other merge requests that change it, a sentence each
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
  std::string subject{};              ///< of head; empty: not known
  std::string author{};
  std::string merge_request{};  ///< "!42"; empty: none
  std::string merge_request_link{};
  bool has_gates = false;              ///< what is planned waits for a person
  std::vector<std::string> remarks{};  ///< what was not looked at, and why
  std::optional<Status> status{};      ///< of all states, where the run asked what was applied
};

/// Brings what a reviewer has to see first to the beginning: what deletes, what replaces, what failed, then the rest.
void sort_by_risk(Report& report);

/// One page of HTML that needs no other file and no network: the graph of states, each with its causes and what its
/// plan does, a filter and a search. Nothing in a name can become markup.
std::string render_report_page(const Report& report, const states::StateGraph& graph);

/// The same for a merge request or a job's summary, in GitLab's Markdown, without the graph.
std::string render_report_markdown(const Report& report);

/// What became of a lane, in one or two words: "no plan", "plan failed", "no changes", "planned", "applied", "apply
/// failed".
std::string_view outcome_of(const ReportLane& lane);

/// What a lane can be searched for: `destroys`, `failed`, `waits`, `pending`.
std::vector<std::string_view> marks_of(const Report& report, const ReportLane& lane);

/// How many changes of each kind there are: "2 to delete, 1 to replace", by the plan's review where there is one.
std::string describe_changes(const LaneResult& result);

/// How many lanes came to each outcome, failures first; none where no plan is known.
std::vector<std::pair<std::string_view, std::size_t>> count_outcomes(const Report& report);

/// What all plans do together: "+2 ~1 −3".
std::string total_changes(const Report& report);

/// "+2 ~1 −3", or empty without a plan that changes something.
std::string count_changes(const ReportLane& lane);

}  // namespace statelane::emit
