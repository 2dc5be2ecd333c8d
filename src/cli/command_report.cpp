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
#include "cli/output_files.hpp"
#include "cli/read_trees.hpp"
#include "cli/report_note.hpp"
#include "cli/terminal.hpp"
#include "comparison/executed_changes.hpp"
#include "emit/report.hpp"
#include "gitlab/names.hpp"
#include "runner/apply_record.hpp"
#include "runner/artifacts.hpp"
#include "runner/plan_metadata.hpp"

namespace statelane::cli {

namespace {

namespace fs = std::filesystem;

/// A file of a job's artifacts, read; what cannot be read is told, and the report goes on without it.
template <typename Value>
std::optional<Value> read_artifact(const files::Place& file, Value (*parse)(std::string_view)) {
  try {
    const auto text = files::read(file, runner::largest_record);
    return text ? std::optional(parse(*text)) : std::nullopt;
  } catch (const Error& error) {
    fmt::print(stderr, "warning: {} is left out: {}\n", escape_for_terminal(file.string()), escape_lines(error.what()));
    return std::nullopt;
  }
}

/// Empty where no plan lies, or one of another commit, which would tell of something else.
std::optional<emit::LaneResult> read_result(const files::Place& artifacts, const std::string& id,
                                            const std::string& head) {
  const files::Place directory = artifacts / gitlab::slug(id);
  const auto plan = read_artifact(directory / "meta.json", runner::parse_metadata);
  if (!plan || plan->state != id) return std::nullopt;
  if (!head.empty() && !plan->commit.empty() && plan->commit != head) {
    fmt::print(stderr, "warning: the plan of {} is left out: it was made for commit {}\n", escape_for_terminal(id),
               escape_for_terminal(plan->commit));
    return std::nullopt;
  }
  emit::LaneResult result{plan->has_changes, plan->create, plan->update,       plan->remove,
                          plan->destroy,     {},           plan->passed_guards};
  if (const auto applied = read_artifact(directory / "applied.json", runner::parse_record)) {
    result.apply_exit_code = applied->exit_code;
    result.passed_guards.insert(result.passed_guards.end(), applied->passed_guards.begin(),
                                applied->passed_guards.end());
  }
  return result;
}

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
  const repo::Repository repository = open_repository();
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
  const std::set<std::string> own = read_own_states();
  for (const impact::Affected& affected : comparison.impact.affected) {
    if (!own.empty() && !own.contains(affected.id)) continue;
    report.lanes.push_back({affected, read_result(artifacts, affected.id, report.comparison.head)});
  }
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
  if (options.note) write_report_note(report, options);
  return has_errors ? 1 : 0;
}

}  // namespace statelane::cli
