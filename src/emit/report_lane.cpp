#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "emit/report.hpp"

namespace statelane::emit {

namespace {

bool has_action(const LaneResult& result, std::string_view action) {
  return std::ranges::any_of(result.changes, [&](const ReportChange& change) { return change.action == action; });
}

bool is_failed(const LaneResult& result) { return !result.failure.empty() || result.apply_exit_code.value_or(0) != 0; }

bool deletes(const LaneResult& result) {
  return has_action(result, "delete") || (result.changes.empty() && result.has_changes && result.remove > 0);
}

/// The smaller, the sooner it has to be looked at.
int risk_of(const ReportLane& lane) {
  if (!lane.result) return 5;
  const LaneResult& result = *lane.result;
  if (result.has_changes && result.apply_exit_code == 0) return 4;
  if (deletes(result)) return 0;
  if (has_action(result, "replace")) return 1;
  if (is_failed(result)) return 2;
  return result.has_changes ? 3 : 6;
}

}  // namespace

void sort_by_risk(Report& report) { std::ranges::stable_sort(report.lanes, {}, risk_of); }

std::vector<std::string_view> marks_of(const Report& report, const ReportLane& lane) {
  std::vector<std::string_view> marks;
  if (lane.result && (deletes(*lane.result) || has_action(*lane.result, "replace"))) marks.emplace_back("destroys");
  if (lane.result && is_failed(*lane.result)) marks.emplace_back("failed");
  if (report.has_gates && outcome_of(lane) == "planned") marks.emplace_back("waits");
  if (lane.affected.pending) marks.emplace_back("pending");
  return marks;
}

std::string describe_changes(const LaneResult& result) {
  if (!result.has_changes) return "no changes";
  if (result.changes.empty())
    return fmt::format("{} to create, {} to update, {} to delete", result.create, result.update, result.remove);
  std::string text;
  for (auto change = result.changes.begin(); change != result.changes.end();) {
    const auto end = std::find_if(change, result.changes.end(),
                                  [&](const ReportChange& other) { return other.action != change->action; });
    text += fmt::format("{}{} to {}", text.empty() ? "" : ", ", end - change, change->action);
    change = end;
  }
  return result.left_out == 0 ? text : fmt::format("{}, and {} more", text, result.left_out);
}

std::string_view outcome_of(const ReportLane& lane) {
  if (!lane.result) return "no plan";
  if (!lane.result->failure.empty()) return "plan failed";
  if (lane.result->apply_exit_code) return *lane.result->apply_exit_code == 0 ? "applied" : "apply failed";
  return lane.result->has_changes ? "planned" : "no changes";
}

std::vector<std::pair<std::string_view, std::size_t>> count_outcomes(const Report& report) {
  std::vector<std::pair<std::string_view, std::size_t>> result;
  const bool is_known =
      std::ranges::any_of(report.lanes, [](const ReportLane& lane) { return lane.result.has_value(); });
  if (!is_known) return result;
  for (const std::string_view outcome :
       {"plan failed", "apply failed", "applied", "planned", "no changes", "no plan"}) {
    const auto count =
        std::ranges::count_if(report.lanes, [&](const ReportLane& lane) { return outcome_of(lane) == outcome; });
    if (count > 0) result.emplace_back(outcome, count);
  }
  return result;
}

std::string total_changes(const Report& report) {
  LaneResult all{.has_changes = true};
  for (const ReportLane& lane : report.lanes) {
    if (!lane.result) continue;
    all.create += lane.result->create;
    all.update += lane.result->update;
    all.remove += lane.result->remove;
  }
  return count_changes({{}, all});
}

std::string count_changes(const ReportLane& lane) {
  if (!lane.result || !lane.result->has_changes) return "";
  return fmt::format("+{} ~{} −{}", lane.result->create, lane.result->update, lane.result->remove);
}

}  // namespace statelane::emit
