#include <fmt/format.h>

#include "emit/report.hpp"
#include "emit/report_graph.hpp"
#include "emit/view.hpp"
#include "emit/words.hpp"
#include "pipeline/describe_cause.hpp"

namespace statelane::emit {

namespace {

/// Below GitLab's limit of 1,000,000 characters for a note, with room for what surrounds it.
constexpr std::size_t most_bytes = 900'000;
constexpr std::size_t most_causes = 20;

/// A code span that no character of the text can end, with HTML kept from being read; a bar would part table cells.
std::string code(std::string_view raw) {
  std::string out = "<code>";
  for (const char letter : escape_for_terminal(raw)) {
    const bool is_markup = std::string_view("|`*_[]\\~$@#!:").find(letter) != std::string_view::npos;
    out += is_markup ? fmt::format("&#{};", static_cast<int>(letter)) : escape_html(std::string(1, letter));
  }
  return out + "</code>";
}

std::string render_lane(const ReportLane& lane) {
  const impact::Affected& affected = lane.affected;
  std::string out =
      fmt::format("<details><summary>{} {}{} {}</summary>\n\n", code(affected.id), outcome_of(lane),
                  affected.from.empty() ? "" : ", moved from " + code(affected.from), count_changes(lane));
  for (const std::string& line : pipeline::describe_pending(affected)) out += "- " + code(line) + "\n";
  for (std::size_t index = 0; index < affected.causes.size() && index < most_causes; ++index) {
    out += "- " + code(pipeline::describe_cause(affected.causes[index])) + "\n";
  }
  if (affected.causes.size() > most_causes) {
    out += fmt::format("- and {}\n", count_of(affected.causes.size() - most_causes, "more way", "more ways"));
  }
  return out + "\n</details>\n";
}

}  // namespace

std::string render_report_markdown(const Report& report) {
  std::string out =
      fmt::format("### {} of {} affected\n\n", report.lanes.size(), count_of(report.total, "state", "states"));
  if (!report.executed.empty()) {
    out += "**What jobs execute is changed here**, beside what Terraform runs:\n\n";
    for (const std::string& entry : report.executed) {
      if (out.size() > most_bytes / 4) break;
      out += "- " + code(entry) + "\n";
    }
    out += "\n";
  }
  if (report.lanes.empty()) return out + "Nothing to plan.\n";
  out += "| state | change | plan | |\n| --- | --- | --- | --- |\n";
  for (const ReportLane& lane : report.lanes) {
    out += fmt::format("| {} | {} | {} | {} |\n", code(lane.affected.id), word_of(lane.affected.change),
                       outcome_of(lane), count_changes(lane));
    if (out.size() > most_bytes / 2) break;
  }
  out += "\n";
  std::size_t shown = 0;
  for (const ReportLane& lane : report.lanes) {
    const std::string entry = render_lane(lane);
    if (out.size() + entry.size() > most_bytes) break;
    out += entry;
    ++shown;
  }
  if (shown < report.lanes.size()) {
    out += fmt::format("\n{} not shown: GitLab bounds the size of a note.\n",
                       count_of(report.lanes.size() - shown, "state is", "states are"));
  }
  for (const RepoPath& path : report.impact.unclaimed)
    out += fmt::format("\n{} is no state's input\n", code(path.display()));
  return out;
}

}  // namespace statelane::emit
