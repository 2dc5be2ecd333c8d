#include <fmt/format.h>

#include <map>
#include <set>

#include "emit/report.hpp"
#include "emit/report_assets.hpp"
#include "emit/report_graph.hpp"
#include "emit/view.hpp"
#include "emit/words.hpp"
#include "pipeline/describe_cause.hpp"

namespace statelane::emit {

namespace {

constexpr std::size_t most_causes = 200;  ///< of one state; beyond that nobody reads them on a page

std::string text(std::string_view raw) { return escape_html(escape_for_terminal(raw)); }

/// "3 applied, 12 planned, 1 without changes", and what all plans do together; nothing where no plan is known.
std::string render_totals(const Report& report) {
  std::map<std::string_view, std::size_t> outcomes;
  LaneResult all;
  for (const ReportLane& lane : report.lanes) {
    ++outcomes[outcome_of(lane)];
    if (!lane.result) continue;
    all.has_changes = true;
    all.create += lane.result->create;
    all.update += lane.result->update;
    all.remove += lane.result->remove;
  }
  if (!all.has_changes) return "";
  std::string out;
  for (const std::string_view outcome : {"apply failed", "applied", "planned", "no changes", "no plan"}) {
    const auto found = outcomes.find(outcome);
    if (found == outcomes.end()) continue;
    out += fmt::format("{}<span{}>{} {}</span>", out.empty() ? "" : " · ",
                       outcome == "apply failed" ? " class=\"failed\"" : "", found->second, outcome);
  }
  return fmt::format("<p>{} · together {}</p>\n", out, count_changes({{}, all}));
}

std::string render_head(const Report& report) {
  // No source is allowed but what stands in the page: it cannot ask anybody for anything.
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'; script-src 'unsafe-inline'\">\n";
  out += fmt::format("<title>{}: {} affected</title>\n<style>{}</style>\n</head>\n<body>\n", text(report.title),
                     count_of(report.lanes.size(), "state", "states"), report_style);
  out += fmt::format("<h1>{} of {} affected</h1>\n", report.lanes.size(), count_of(report.total, "state", "states"));
  const pipeline::ComparedCommits& ends = report.comparison;
  out += fmt::format("<p class=\"soft\">{}: <code>{}</code> against <code>{}</code> ({})", text(report.title),
                     ends.head.empty() ? "the work tree" : text(ends.head.substr(0, 12)),
                     ends.base.empty() ? "nothing" : text(ends.base.substr(0, 12)), text(ends.base_text));
  const bool is_web = report.link.starts_with("https://") || report.link.starts_with("http://");
  if (is_web) out += fmt::format(" · <a href=\"{}\">pipeline</a>", text(report.link));
  return out + "</p>\n" + render_totals(report);
}

std::string render_controls(const Report& report) {
  std::set<std::string_view> kinds;
  for (const ReportLane& lane : report.lanes) kinds.insert(word_of(lane.affected.change));
  std::string out =
      "<div class=\"controls\" hidden><input id=\"search\" type=\"search\" aria-label=\"search states and "
      "causes\" placeholder=\"search states and causes (/)\">\n";
  for (const std::string_view kind : kinds) {
    out += fmt::format("<label><input type=\"checkbox\" value=\"{0}\" checked>{0}</label>\n", kind);
  }
  return out + "<span id=\"shown\" class=\"soft\" role=\"status\"></span></div>\n";
}

std::string render_result(const ReportLane& lane) {
  if (!lane.result) return "<p class=\"soft\">no plan lies beside this report</p>\n";
  const LaneResult& result = *lane.result;
  std::string out = fmt::format("<p>{}: {} to create, {} to update, {} to delete{}</p>\n",
                                result.is_destroy ? "destroy plan" : "plan", result.create, result.update,
                                result.remove, result.has_changes ? "" : ", no changes");
  if (result.apply_exit_code) {
    out += *result.apply_exit_code == 0
               ? "<p>applied</p>\n"
               : fmt::format("<p class=\"failed\">the apply ended with exit code {}</p>\n", *result.apply_exit_code);
  }
  for (const std::string& guard : result.passed_guards) {
    out += fmt::format("<p class=\"failed\">a guard was passed: <code>{}</code></p>\n", text(guard));
  }
  return out;
}

std::string render_lane(const ReportLane& lane, std::size_t index) {
  const impact::Affected& affected = lane.affected;
  const std::string_view kind = word_of(affected.change);
  const std::string from = affected.from.empty() ? "" : " from " + text(affected.from);
  const bool is_failed = lane.result && lane.result->apply_exit_code.value_or(0) != 0;
  std::string out = fmt::format(
      "<details id=\"{}\" class=\"{}\" data-kind=\"{}\"><summary><span class=\"id\">{}</span><span "
      "class=\"tag\">{}{}</span><span class=\"{}\">{} {}</span></summary><div>\n",
      anchor_of(index), kind, kind, text(affected.id), kind, from, is_failed ? "failed" : "soft", outcome_of(lane),
      count_changes(lane));
  out += render_result(lane) + "<ul>\n";
  for (const std::string& line : pipeline::describe_pending(affected)) out += fmt::format("<li>{}</li>\n", text(line));
  for (std::size_t cause = 0; cause < affected.causes.size() && cause < most_causes; ++cause) {
    out += fmt::format("<li>{}</li>\n", text(pipeline::describe_cause(affected.causes[cause])));
  }
  if (affected.causes.size() > most_causes) {
    out += fmt::format("<li>… and {}</li>\n", count_of(affected.causes.size() - most_causes, "more way", "more ways"));
  }
  return out + "</ul></div></details>\n";
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
  const std::string drawing = render_report_graph(report, graph);
  if (!drawing.empty()) out += "<h2>What depends on what</h2>\n" + drawing;
  if (!report.lanes.empty()) out += "<h2>States</h2>\n" + render_controls(report);
  for (std::size_t index = 0; index < report.lanes.size(); ++index) out += render_lane(report.lanes[index], index);
  std::vector<std::string> skipped, unclaimed;
  for (const impact::Skipped& entry : report.impact.skipped) skipped.push_back(entry.id);
  for (const RepoPath& path : report.impact.unclaimed) unclaimed.push_back(path.display());
  add_list(out, "Depend on these, and do not run", report.impact.dependents);
  add_list(out, "Skipped, since Terraform reads the same as before", skipped);
  add_list(out, "Changed, but no state's input", unclaimed);
  if (!report.lanes.empty()) out += fmt::format("<script>{}</script>\n", report_script);
  return out + "</body>\n</html>\n";
}

std::string_view outcome_of(const ReportLane& lane) {
  if (!lane.result) return "no plan";
  if (lane.result->apply_exit_code) return *lane.result->apply_exit_code == 0 ? "applied" : "apply failed";
  return lane.result->has_changes ? "planned" : "no changes";
}

std::string count_changes(const ReportLane& lane) {
  if (!lane.result || !lane.result->has_changes) return "";
  return fmt::format("+{} ~{} −{}", lane.result->create, lane.result->update, lane.result->remove);
}

}  // namespace statelane::emit
