#include <fmt/format.h>

#include <algorithm>

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
constexpr std::size_t most_changes = 100;

/// A code span that no character of the text can end, with HTML kept from being read; a bar would part table cells.
std::string code(std::string_view raw) {
  std::string out = "<code>";
  for (const char letter : escape_for_terminal(raw)) {
    const bool is_markup = std::string_view("|`*_[]\\~$@#!:").find(letter) != std::string_view::npos;
    out += is_markup ? fmt::format("&#{};", static_cast<int>(letter)) : escape_html(std::string(1, letter));
  }
  return out + "</code>";
}

/// A link where there is an address that cannot be taken for markup.
std::string link(std::string_view address, std::string_view words) {
  const bool is_web = address.starts_with("https://") || address.starts_with("http://");
  const bool is_plain = is_web && address.find_first_of(" ()<>[]\"\\\n\t") == std::string_view::npos;
  return is_plain ? fmt::format(" · [{}]({})", words, address) : "";
}

/// Addresses and names only: whoever reads the note need not be allowed to read the plan.
std::string render_changes(const LaneResult& result) {
  std::string out;
  std::size_t shown = 0;
  for (const ReportChange& change : result.changes) {
    if (shown++ == most_changes) break;
    const bool is_loss = change.action == "delete" || change.action == "replace";
    out += fmt::format("- {0}{1}{0} {2}\n", is_loss ? "**" : "", change.action, code(change.address));
  }
  const std::size_t left = result.changes.size() - std::min(result.changes.size(), most_changes) + result.left_out;
  if (left > 0) out += fmt::format("- and {}\n", count_of(left, "more change", "more changes"));
  for (std::size_t index = 0; index < std::min(result.outputs.size(), most_changes); ++index)
    out += fmt::format("- output {}\n", code(result.outputs[index]));
  return out;
}

/// What the plan does and whether it was applied, with links to the jobs.
std::string render_result(const LaneResult& result) {
  std::string out = result.failure.empty() ? describe_changes(result) : "The plan failed; its job says why";
  out += link(result.plan_job, "plan job");
  if (result.apply_exit_code && !result.applied_by.empty()) out += " · pressed by " + code(result.applied_by);
  out += link(result.apply_job, "apply job") + "\n\n";
  if (!result.verdict.empty()) out += "- " + code(result.verdict) + "\n";
  for (std::size_t index = 0; index < std::min(result.verdict_details.size(), most_changes); ++index)
    out += "  - " + code(result.verdict_details[index]) + "\n";
  for (const std::string& guard : result.passed_guards) out += "- **a guard was passed**: " + code(guard) + "\n";
  return out + render_changes(result);
}

std::string render_lane(const ReportLane& lane) {
  const impact::Affected& affected = lane.affected;
  std::string out =
      fmt::format("<details><summary>{} {}{} {}</summary>\n\n", code(affected.id), outcome_of(lane),
                  affected.from.empty() ? "" : ", moved from " + code(affected.from), count_changes(lane));
  if (lane.result) out += render_result(*lane.result) + "\n";
  for (const std::string& line : lane.collisions)
    out += "- **" + code(line) + "**: when one is merged, the other's plan is old\n";
  if (!lane.owners.empty()) out += "- owned by " + code(lane.owners) + "\n";
  if (!lane.not_asked.empty()) out += "- **GitLab did not ask** " + code(lane.not_asked) + "\n";
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
  const auto outcomes = count_outcomes(report);
  for (const auto& [outcome, count] : outcomes) out += fmt::format("{} {} · ", count, outcome);
  if (!outcomes.empty()) out += fmt::format("together {}\n\n", total_changes(report));
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
  for (const std::string& remark : report.remarks) out += fmt::format("\n{}\n", code(remark));
  for (const RepoPath& path : report.impact.unclaimed)
    out += fmt::format("\n{} is no state's input\n", code(path.display()));
  return out;
}

}  // namespace statelane::emit
