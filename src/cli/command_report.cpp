#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <set>
#include <sstream>

#include "base/error.hpp"
#include "base/escape.hpp"
#include "base/files.hpp"
#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/describe_comparison.hpp"
#include "cli/merge_requests.hpp"
#include "cli/output_files.hpp"
#include "cli/read_trees.hpp"
#include "cli/report_note.hpp"
#include "cli/report_results.hpp"
#include "cli/terminal.hpp"
#include "comparison/executed_changes.hpp"
#include "comparison/state_owners.hpp"
#include "emit/collisions.hpp"
#include "emit/owners.hpp"
#include "emit/report.hpp"
#include "runner/artifacts.hpp"

namespace statelane::cli {

namespace {

namespace fs = std::filesystem;

/// The lanes of the child that this job is in, where there are several children; empty: all.
std::set<std::string> read_own_states() {
  const char* value = std::getenv("STATELANE_STATES");
  std::set<std::string> ids;
  std::istringstream lines(value == nullptr ? "" : value);
  for (std::string id; std::getline(lines, id);) ids.insert(id);
  return ids;
}

std::string find_title(const fs::path& root) {
  const std::string project(gitlab::value_of(read_predefined_variables(), "CI_PROJECT_PATH"));
  return project.empty() ? root.filename().string() : project;
}

/// Whose change it is: as GitLab says, else as git has it.
void set_origin(const repo::Repository& repository, emit::Report& report) {
  const gitlab::PredefinedVariables variables = read_predefined_variables();
  report.subject = gitlab::value_of(variables, "CI_COMMIT_TITLE");
  report.author = gitlab::value_of(variables, "CI_COMMIT_AUTHOR");
  if (report.subject.empty() && !report.comparison.head.empty()) {
    const repo::Repository::Message message = repository.message(report.comparison.head);
    report.subject = message.subject;
    report.author = message.author;
  }
  const std::string merge_request(gitlab::value_of(variables, "CI_MERGE_REQUEST_IID"));
  report.has_gates = !gitlab::value_of(variables, "CI").empty() && merge_request.empty();
  if (merge_request.empty()) return;
  report.merge_request = "!" + merge_request;
  const std::string project(gitlab::value_of(variables, "CI_MERGE_REQUEST_PROJECT_URL"));
  if (!project.empty()) report.merge_request_link = project + "/-/merge_requests/" + merge_request;
}

/// What was applied of all states, where that was asked.
std::optional<emit::Status> describe_status(const Comparison& comparison) {
  if (!comparison.standings) return std::nullopt;
  emit::Status status;
  status.head = comparison.ends.head.value_or("");
  status.branch = gitlab::value_of(read_predefined_variables(), "CI_COMMIT_BRANCH");
  status.source = comparison.ledger_source;
  status.standings = *comparison.standings;
  return status;
}

/// As asked for, or as the file's name says.
ReportFormat choose_format(const Options& options) {
  if (options.report_format) return *options.report_format;
  if (options.output.empty() && is_output_terminal()) {
    throw Error(ErrorKind::usage, "a page is nothing to read on a terminal",
                {"statelane report --output report.html writes it to a file", "--format markdown prints it as text"});
  }
  return fs::path(options.output).extension() == ".md" ? ReportFormat::markdown : ReportFormat::html;
}

}  // namespace

int run_report(const Options& options) {
  const ReportFormat format = choose_format(options);
  const repo::Repository repository = open_repository(options);
  const Comparison comparison = read_comparison(repository, options);
  const fs::path root = repository.work_tree().value_or(fs::current_path());
  const files::Place artifacts =
      options.artifacts.empty() ? runner::artifacts_directory(root) : files::Place{options.artifacts, ""};
  emit::Report report;
  report.title = find_title(root);
  report.link = gitlab::value_of(read_predefined_variables(), "CI_PIPELINE_URL");
  report.comparison = describe_comparison(comparison);
  report.total = count_states(comparison);
  report.impact = comparison.impact;
  report.executed = comparison::find_executed_changes(comparison.base, comparison.head);
  set_origin(repository, report);
  const std::set<std::string> own = read_own_states();
  ResultReader results(artifacts, report.comparison.head);
  const bool looks_around = options.merge_requests || (options.note && !report.merge_request.empty());
  const comparison::Collisions collisions =
      looks_around ? look_at_merge_requests(repository, comparison, options) : comparison::Collisions();
  report.remarks = collisions.remarks;
  const comparison::OwnersAnswer owners = comparison::find_state_owners(comparison, {});
  std::vector<runner::PlanCertificate> certificates;
  for (const impact::Affected& affected : comparison.impact.affected) {
    if (!own.empty() && !own.contains(affected.id)) continue;
    const comparison::StateOwners& owner = owners.states.at(affected.id);
    report.lanes.push_back({affected, results.read(affected.id), emit::describe_owners(owner),
                            fmt::format("{}", fmt::join(owner.not_asked, ", ")),
                            emit::describe_collisions(collisions, affected.id)});
    if (!options.note || !report.lanes.back().result) continue;
    if (auto certificate = results.read_certificate(affected.id, "")) certificates.push_back(*std::move(certificate));
  }
  report.status = describe_status(comparison);
  emit::sort_by_risk(report);
  const std::string text = format == ReportFormat::html ? emit::render_report_page(report, comparison.head.states.graph)
                                                        : emit::render_report_markdown(report);
  const bool has_errors = write_diagnostics(comparison.diagnostics, comparison.head.tree.get(), options.strict);
  if (options.output.empty()) {
    write_output(text);
  } else {
    write_file(options.output, text);
    fmt::print(stderr, "wrote {}\n", escape_for_terminal(options.output));
  }
  // Last, so that whatever GitLab says the page is there.
  if (options.note) write_report_note(report, certificates, options);
  return has_errors ? 1 : 0;
}

}  // namespace statelane::cli
