#include "emit/history.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "emit/words.hpp"

namespace statelane::emit {

namespace {

std::string short_id(const std::string& commit) { return commit.substr(0, 12); }

/// `12`, or `12 (3 missed)`.
std::string count_and_missed(std::size_t plans, std::size_t missed) {
  return missed == 0 ? fmt::format("{}", plans) : fmt::format("{} ({} missed)", plans, missed);
}

/// What share of `whole` ran; the comma is its beginning.
std::string percent(std::size_t part, std::size_t whole) {
  if (whole == 0) return "";
  return fmt::format(", of which {:.1f} % ran", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

void add_missed(const History& history, const std::string& title, const std::vector<std::string> HistoryStep::*missed,
                const View& view, std::string& out) {
  bool is_first = true;
  for (const HistoryStep& step : history.steps) {
    for (const std::string& id : step.*missed) {
      if (is_first) out += "\n" + paint(view, title, Style::changed) + "\n";
      is_first = false;
      out += fmt::format("  {}  {}\n", short_id(step.commit), escape_for_terminal(id));
    }
  }
}

std::string render_totals(const History& history) {
  const HistoryTotals totals = totals_of(history);
  std::string out = fmt::format("\n{}, {}\n", count_of(history.steps.size(), "commit", "commits"),
                                count_of(totals.plans, "plan", "plans"));
  const auto plans_of = [](std::size_t count) { return count_of(count, "plan", "plans"); };
  const auto missed = [](std::size_t count) { return count_of(count, "affected state", "affected states"); };
  out += fmt::format("  all states each time: {}{}\n", plans_of(totals.all_states),
                     percent(totals.plans, totals.all_states));
  out += fmt::format("  globs of the state directories: {}, {} missed\n", plans_of(totals.by_globs),
                     missed(totals.missed_by_globs));
  if (totals.is_read_from_pipeline) {
    out += fmt::format("  .gitlab-ci.yml as it was written: {}, {} missed\n", plans_of(totals.by_pipeline),
                       missed(totals.missed_by_pipeline));
  }
  if (totals.unread > 0)
    out += fmt::format("  changed infrastructure that no state reads: {}\n", count_of(totals.unread, "file", "files"));
  return out;
}

}  // namespace

HistoryTotals totals_of(const History& history) {
  HistoryTotals totals;
  for (const HistoryStep& step : history.steps) {
    totals.plans += step.plans;
    totals.all_states += step.states;
    totals.by_globs += step.by_globs;
    totals.missed_by_globs += step.missed_by_globs.size();
    totals.unread += step.unread;
    totals.is_read_from_pipeline = totals.is_read_from_pipeline || step.is_read_from_pipeline;
    totals.by_pipeline += step.by_pipeline;
    totals.missed_by_pipeline += step.missed_by_pipeline.size();
  }
  return totals;
}

std::string render_history_text(const History& history, const View& view) {
  const HistoryTotals totals = totals_of(history);
  const bool with_pipeline = totals.is_read_from_pipeline;
  const bool with_unread = totals.unread > 0;
  std::vector<Column> columns = {{"COMMIT"}, {"AFFECTED"}, {"PLANS"}, {"OF"}, {"BY GLOBS"}};
  if (with_pipeline) columns.push_back({"BY PIPELINE"});
  if (with_unread) columns.push_back({"UNREAD"});
  columns.push_back({"SUBJECT", Cut::first, true});
  std::vector<std::vector<std::string>> rows;
  for (const HistoryStep& step : history.steps) {
    std::vector<std::string> row = {short_id(step.commit), fmt::format("{}", step.affected.size()),
                                    fmt::format("{}", step.plans), fmt::format("{}", step.states),
                                    count_and_missed(step.by_globs, step.missed_by_globs.size())};
    if (with_pipeline) {
      row.push_back(step.is_read_from_pipeline ? count_and_missed(step.by_pipeline, step.missed_by_pipeline.size())
                                               : "-");
    }
    if (with_unread) row.push_back(fmt::format("{}", step.unread));
    row.push_back(escape_for_terminal(step.subject));
    rows.push_back(std::move(row));
  }
  std::string out = render_table(columns, rows, view) + render_totals(history);
  add_missed(history, "missed by globs of the state directories:", &HistoryStep::missed_by_globs, view, out);
  add_missed(history, "missed by .gitlab-ci.yml:", &HistoryStep::missed_by_pipeline, view, out);
  return out;
}

}  // namespace statelane::emit
