#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "emit/report.hpp"
#include "emit/report_assets.hpp"
#include "emit/report_graph.hpp"
#include "emit/report_status.hpp"
#include "emit/view.hpp"
#include "emit/words.hpp"
#include "pipeline/describe_cause.hpp"

namespace statelane::emit {

namespace {

constexpr std::size_t most_causes = 200;   ///< of one state; beyond that nobody reads them on a page
constexpr std::size_t most_changes = 500;  ///< the same

std::string text(std::string_view raw) { return escape_html(escape_for_terminal(raw)); }

/// "3 applied · 12 planned · 1 no changes", and what all plans do together; nothing where no plan is known.
std::string render_totals(const Report& report) {
  std::string out;
  for (const auto& [outcome, count] : count_outcomes(report))
    out +=
        fmt::format("<span{}>{} {}</span> · ", outcome.ends_with("failed") ? " class=\"failed\"" : "", count, outcome);
  return out.empty() ? "" : fmt::format("<p>{}together {}</p>\n", out, total_changes(report));
}

bool is_web(std::string_view link) { return link.starts_with("https://") || link.starts_with("http://"); }

/// The words alone where there is no address.
std::string render_link(std::string_view link, std::string_view words) {
  return is_web(link) ? fmt::format("<a href=\"{}\">{}</a>", text(link), text(words)) : text(words);
}

/// Whose change it is.
std::string render_origin(const Report& report) {
  std::string out = text(report.subject);
  if (!report.author.empty()) out += fmt::format("{}{}", out.empty() ? "" : " · ", text(report.author));
  if (!report.merge_request.empty())
    out += (out.empty() ? "" : " · ") + render_link(report.merge_request_link, "merge request " + report.merge_request);
  return out.empty() ? "" : fmt::format("<p>{}</p>\n", out);
}

std::string render_head(const Report& report) {
  // No source is allowed but what stands in the page: it cannot ask anybody for anything.
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'; script-src 'unsafe-inline'\">\n";
  out += fmt::format("<title>{}: {} affected</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n", text(report.title),
                     count_of(report.lanes.size(), "state", "states"), report_style);
  out += fmt::format("<h1>{} of {} affected</h1>\n", report.lanes.size(), count_of(report.total, "state", "states"));
  const pipeline::ComparedCommits& ends = report.comparison;
  out += fmt::format("<p class=\"soft\">{}: <code>{}</code> against <code>{}</code> ({})", text(report.title),
                     ends.head.empty() ? "the work tree" : text(ends.head.substr(0, 12)),
                     ends.base.empty() ? "nothing" : text(ends.base.substr(0, 12)), text(ends.base_text));
  if (is_web(report.link)) out += " · " + render_link(report.link, "pipeline");
  return out + "</p>\n" + render_origin(report) + render_totals(report);
}

std::string render_controls(const Report& report) {
  std::set<std::string_view> kinds, marks;
  for (const ReportLane& lane : report.lanes) {
    kinds.insert(word_of(lane.affected.change));
    for (const std::string_view mark : marks_of(report, lane)) marks.insert(mark);
  }
  std::string out =
      "<div class=\"controls\" hidden><input id=\"search\" type=\"search\" aria-label=\"search states, addresses and "
      "causes\" placeholder=\"search states, addresses and causes (/)\">\n";
  if (!marks.empty()) {
    out +=
        "<fieldset><legend>only</legend>\n<label><input type=\"radio\" name=\"mark\" value=\"\" checked>all</label>\n";
    for (const std::string_view mark : marks)
      out += fmt::format("<label><input type=\"radio\" name=\"mark\" value=\"{0}\">{0}</label>\n", mark);
    out += "</fieldset>\n";
  }
  out += "<fieldset><legend>kinds</legend>\n";
  for (const std::string_view kind : kinds) {
    out += fmt::format("<label><input type=\"checkbox\" value=\"{0}\" checked>{0}</label>\n", kind);
  }
  return out + "</fieldset>\n<span id=\"shown\" class=\"soft\" role=\"status\"></span></div>\n";
}

std::string render_change(const ReportChange& change) {
  if (change.text.empty()) return fmt::format("<li><code>{}</code></li>\n", text(change.address));
  std::string shown;
  for (std::string_view rest = change.text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    shown += text(rest.substr(0, end)) + "\n";
    rest.remove_prefix(std::min(rest.size(), end + 1));
  }
  return fmt::format("<li><details><summary><code>{}</code></summary><pre tabindex=\"0\">{}</pre></details></li>\n",
                     text(change.address), shown);
}

/// By action, what destroys first; with what Terraform prints of each folded below it.
std::string render_changes(const LaneResult& result) {
  std::string out;
  std::size_t shown = 0;
  for (auto change = result.changes.begin(); change != result.changes.end() && shown < most_changes;) {
    const auto end = std::find_if(change, result.changes.end(),
                                  [&](const ReportChange& other) { return other.action != change->action; });
    const bool is_loss = change->action == "delete" || change->action == "replace";
    out += fmt::format("<h3{}>{} to {}</h3>\n<ul class=\"changes\">\n", is_loss ? " class=\"failed\"" : "",
                       end - change, change->action);
    for (; change != end && shown < most_changes; ++change, ++shown) out += render_change(*change);
    out += "</ul>\n";
  }
  const std::size_t left = result.changes.size() - shown + result.left_out;
  if (left > 0)
    out += fmt::format("<p>… and {} in the plan's log</p>\n", count_of(left, "more change", "more changes"));
  if (result.outputs.empty()) return out;
  out += "<h3>Outputs</h3>\n<ul class=\"changes\">\n";
  for (const std::string& output : result.outputs) out += fmt::format("<li><code>{}</code></li>\n", text(output));
  return out + "</ul>\n";
}

/// Whether it was applied, by whom and when.
std::string render_apply(const LaneResult& result) {
  if (!result.apply_exit_code) return "";
  const bool is_done = *result.apply_exit_code == 0;
  std::string out = is_done ? "applied" : fmt::format("the apply ended with exit code {}", *result.apply_exit_code);
  if (!result.applied_by.empty()) out += ", pressed by " + text(result.applied_by);
  if (!result.applied_at.empty()) out += ", " + text(result.applied_at);
  if (is_web(result.apply_job)) out += " · " + render_link(result.apply_job, "its job");
  return fmt::format("<p{}>{}</p>\n", is_done ? "" : " class=\"failed\"", out);
}

/// What the plan is against the one that was reviewed.
std::string render_verdict(const LaneResult& result) {
  if (result.verdict.empty()) return "";
  std::string out = fmt::format("<p>{}</p>\n", text(result.verdict));
  if (result.verdict_details.empty()) return out;
  out += "<ul>\n";
  for (const std::string& line : result.verdict_details) out += fmt::format("<li><code>{}</code></li>\n", text(line));
  return out + "</ul>\n";
}

std::string render_result(const Report& report, const ReportLane& lane) {
  if (!lane.result) return "<p class=\"soft\">no plan lies beside this report</p>\n";
  const LaneResult& result = *lane.result;
  const std::string job = is_web(result.plan_job) ? " · " + render_link(result.plan_job, "its job") : "";
  if (!result.failure.empty())
    return fmt::format("<p class=\"failed\">plan failed: {}{}</p>\n", text(result.failure), job);
  const bool waits = report.has_gates && outcome_of(lane) == "planned";
  const std::string gate = waits && is_web(report.link) ? " · " + render_link(report.link, "its gate") : "";
  std::string out = fmt::format("<p>{}: {}{}{}</p>\n", result.is_destroy ? "destroy plan" : "plan",
                                describe_changes(result), job, gate);
  out += render_apply(result) + render_verdict(result);
  for (const std::string& guard : result.passed_guards) {
    out += fmt::format("<p class=\"failed\">a guard was passed: <code>{}</code></p>\n", text(guard));
  }
  return out + render_changes(result);
}

std::string render_causes(const impact::Affected& affected) {
  std::string out = "<h3>Why</h3>\n<ul>\n";
  for (const std::string& line : pipeline::describe_pending(affected)) out += fmt::format("<li>{}</li>\n", text(line));
  for (std::size_t cause = 0; cause < affected.causes.size() && cause < most_causes; ++cause) {
    out += fmt::format("<li>{}</li>\n", text(pipeline::describe_cause(affected.causes[cause])));
  }
  if (affected.causes.size() > most_causes) {
    out += fmt::format("<li>… and {}</li>\n", count_of(affected.causes.size() - most_causes, "more way", "more ways"));
  }
  return out + "</ul>\n";
}

std::string render_owners(const ReportLane& lane) {
  if (lane.owners.empty()) return "";
  const std::string silent = lane.not_asked.empty() ? "" : " · GitLab did not ask " + text(lane.not_asked);
  return fmt::format("<p>owned by {}{}</p>\n", text(lane.owners), silent);
}

std::string render_collisions(const ReportLane& lane) {
  std::string out;
  for (const std::string& line : lane.collisions)
    out += fmt::format("<p class=\"failed\">{}: when one is merged, the other's plan is old</p>\n", text(line));
  return out;
}

std::string render_lane(const Report& report, const ReportLane& lane, std::size_t index) {
  const impact::Affected& affected = lane.affected;
  const std::string_view kind = word_of(affected.change);
  const std::string from = affected.from.empty() ? "" : " from " + text(affected.from);
  const std::vector<std::string_view> marks = marks_of(report, lane);
  const bool is_red =
      !marks.empty() && marks.front() != "waits" && marks.front() != "pending" && outcome_of(lane) != "applied";
  std::string out = fmt::format(
      "<details id=\"{}\" class=\"{}\" data-kind=\"{}\" data-marks=\"{}\"><summary><span class=\"id\">{}</span><span "
      "class=\"tag\">{}{}</span><span class=\"{}\">{} {}</span></summary><div>\n",
      anchor_of(index), kind, kind, fmt::join(marks, " "), text(affected.id), kind, from, is_red ? "failed" : "soft",
      outcome_of(lane), count_changes(lane));
  return out + render_result(report, lane) + render_collisions(lane) + render_owners(lane) + render_causes(affected) +
         "</div></details>\n";
}

void add_list(std::string& out, std::string_view title, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  out += fmt::format("<h2>{}</h2>\n<ul>\n", title);
  for (const std::string& line : lines) out += fmt::format("<li><code>{}</code></li>\n", text(line));
  out += "</ul>\n";
}

}  // namespace

std::string render_report_page(const Report& report, const states::StateGraph& graph) {
  std::string out = render_head(report);
  add_list(out, "What jobs execute is changed here, beside what Terraform runs", report.executed);
  if (!report.lanes.empty()) out += "<h2>States</h2>\n" + render_controls(report);
  for (std::size_t index = 0; index < report.lanes.size(); ++index)
    out += render_lane(report, report.lanes[index], index);
  const std::string drawing = render_report_graph(report, graph);
  if (!drawing.empty()) out += "<h2>What depends on what</h2>\n" + drawing;
  if (report.status) out += render_report_status(*report.status);
  std::vector<std::string> skipped, unclaimed;
  for (const impact::Skipped& entry : report.impact.skipped) skipped.push_back(entry.id);
  for (const RepoPath& path : report.impact.unclaimed) unclaimed.push_back(path.display());
  add_list(out, "Not looked at", report.remarks);
  add_list(out, "Depend on these, and do not run", report.impact.dependents);
  add_list(out, "Skipped, since Terraform reads the same as before", skipped);
  add_list(out, "Changed, but no state's input", unclaimed);
  if (!report.lanes.empty()) out += fmt::format("<script>{}</script>\n", report_script);
  return out + "</main>\n</body>\n</html>\n";
}

}  // namespace statelane::emit
