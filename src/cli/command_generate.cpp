#include <fmt/format.h>

#include <cstdio>

#include "base/error.hpp"
#include "base/escape.hpp"
#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/describe_comparison.hpp"
#include "cli/pipeline_files.hpp"
#include "cli/read_trees.hpp"
#include "cli/shared_address.hpp"
#include "cli/trusted_config.hpp"
#include "cli/unit_lanes.hpp"
#include "comparison/executed_changes.hpp"
#include "emit/view.hpp"
#include "gitlab/expansion.hpp"
#include "pipeline/build_pipeline.hpp"
#include "pipeline/children.hpp"

namespace statelane::cli {

namespace {

std::vector<ChangedPath> to_changed_paths(const repo::ChangeSet& changes) {
  std::vector<ChangedPath> result;
  result.reserve(changes.size());
  for (const repo::FileChange& change : changes) result.push_back({change.path, change.kind});
  return result;
}

/// The command that writes the same lanes again, from the same two commits.
std::string reproduce(const Comparison& comparison, const Options& options) {
  std::string result = "statelane generate";
  if (options.all) result += " --all";
  for (const std::string& glob : options.state_globs) result += " --state " + gitlab::quote_for_shell(glob);
  if (comparison.ends.base) result += " --base " + *comparison.ends.base;
  if (comparison.standings) result += " --compare applied";
  if (options.pending) result += " --pending";
  if (comparison.ends.head) result += " --head " + *comparison.ends.head;
  if (!options.ignore_format) result += " --no-ignore-format";
  if (!options.gates) result += " --no-gates";
  if (options.report) result += " --report";
  if (options.children > 1) result += fmt::format(" --children {}", options.children);
  if (options.jobs) result += *options.jobs == config::Jobs::shell ? " --jobs shell" : " --jobs helper";
  if (options.gates_for) {
    result += *options.gates_for == config::Gates::changed ? " --gates-for changed" : " --gates-for affected";
  }
  if (options.files > 1) result += fmt::format(" --files {}", options.files);
  return result;
}

/// What lets `report` compare in a job of the child what is compared here: a child's own variables do not tell.
std::map<std::string, std::string> to_report_variables(const Comparison& comparison, const Options& options) {
  std::map<std::string, std::string> result;
  if (comparison.ends.head) result["STATELANE_OPT_HEAD"] = *comparison.ends.head;
  if (comparison.ends.base) result["STATELANE_OPT_BASE"] = *comparison.ends.base;
  if (comparison.standings) result["STATELANE_OPT_COMPARE"] = "applied";
  if (options.all || (!comparison.ends.base && !comparison.standings)) result["STATELANE_OPT_ALL"] = "true";
  if (!options.ignore_format) result["STATELANE_OPT_IGNORE_FORMAT"] = "false";
  std::string globs;
  for (const std::string& glob : options.state_globs) globs += (globs.empty() ? "" : " ") + glob;
  if (!globs.empty()) result["STATELANE_OPT_STATE"] = globs;
  return result;
}

pipeline::PipelineRequest to_request(const Comparison& comparison, const Options& options) {
  pipeline::PipelineRequest request = describe_job(comparison.head, options);
  request.command_line = reproduce(comparison, options);
  request.comparison = describe_comparison(comparison);
  request.changes = to_changed_paths(comparison.changes);
  request.kind = comparison.kind;
  request.has_report = options.report;
  if (options.report) request.report_variables = to_report_variables(comparison, options);
  if (comparison.ends.is_missing) request.gates = false;
  if (comparison.standings) {
    for (const comparison::StateStanding& state : comparison.standings->states) {
      if (state.record.applied) request.applied[state.id] = state.record.applied->commit;
    }
  }
  request.offers_pending = options.pending && comparison.standings.has_value();
  std::vector<std::string> ids;
  for (const impact::Affected& affected : comparison.impact.affected) ids.push_back(affected.id);
  request.lock_files = find_lock_files(comparison.head, ids);
  request.successors = comparison.impact.successors;
  const bool is_requested = options.all || !options.state_globs.empty();
  if (is_requested) {
    request.nothing_reason = "no state matches what was asked for";
  } else if (comparison.ends.reason == gitlab::BaseReason::none) {
    request.nothing_reason = comparison.ends.text;
  }
  return request;
}

/// What people have to know of what jobs execute: where another branch decides it, what of this one does not count; and
/// in merge requests, what the change does to it.
std::vector<std::string> find_executed_changes(const Comparison& comparison,
                                               const std::optional<comparison::TrustedConfig>& trusted) {
  std::vector<std::string> lines;
  const std::string difference = trusted ? describe_difference(comparison.head, *trusted) : "";
  if (!difference.empty()) lines.push_back(difference);
  if (!gitlab::is_merge_request(comparison.kind)) return lines;
  for (const std::string& change : comparison::find_executed_changes(comparison.base, comparison.head))
    lines.push_back("changed by this merge request: " + change);
  return lines;
}

void write_summary(const Comparison& comparison, const Options& options) {
  const auto& affected = comparison.impact.affected;
  const bool is_requested = options.all || !options.state_globs.empty();
  const std::string total = emit::count_of(count_states(comparison), "state", "states");
  if (is_requested) {
    fmt::print(stderr, "{} of {} asked for\n", affected.size(), total);
  } else {
    fmt::print(stderr, "{} of {} affected; base: {}\n", affected.size(), total, comparison.ends.text);
  }
  if (options.output.empty()) return;
  const std::size_t count = options.children * options.files;
  fmt::print(stderr, "wrote {}{}\n", options.output, count > 1 ? fmt::format(" and {} more beside it", count - 1) : "");
}

}  // namespace

int run_generate(const Options& options) {
  if (!options.config_file.empty() && !gitlab::value_of(read_predefined_variables(), "CI").empty())
    throw Error(ErrorKind::usage, "generate takes no --config in a job: the pipeline's own jobs read .statelane.yml");
  if (options.is_static) return run_generate_static(options);
  if (!options.from_plans.empty()) return run_generate_gates(options);
  if (options.is_drift) return run_generate_drift(options);
  if (options.check) throw Error(ErrorKind::usage, "--check goes with --static");
  if (!options.drift_rotation.empty()) throw Error(ErrorKind::usage, "--drift-rotation goes with --drift");
  check_output(options);
  const repo::Repository repository = open_repository(options);
  const auto trusted = find_trusted_config(repository, options);
  Comparison comparison = read_comparison(repository, options, trusted ? &*trusted : nullptr);
  // Beyond this point the set of affected states is fixed.
  Diagnostics& diagnostics = comparison.diagnostics;
  warn_of_shared_address(comparison.head, diagnostics);
  const pipeline::TemplateSet templates = load_templates(comparison.head, diagnostics, trusted ? &*trusted : nullptr);
  std::vector<std::string> ids;
  for (const impact::Affected& affected : comparison.impact.affected) ids.push_back(affected.id);
  check_unit_lanes(comparison.head, ids, options, diagnostics);
  pipeline::PipelineRequest request = to_request(comparison, options);
  request.config_from = pin(trusted);
  request.executed_changes = find_executed_changes(comparison, trusted);
  for (const std::string& line : request.executed_changes) fmt::print(stderr, "note: {}\n", escape_for_terminal(line));
  const std::vector<pipeline::Child> children =
      pipeline::build_children(request, comparison.impact, comparison.base.states.graph, comparison.head.states.graph,
                               templates, comparison.head.config, {options.children, options.files}, diagnostics);
  const bool has_errors = write_diagnostics(diagnostics, comparison.head.tree.get(), options.strict);
  const bool is_unclaimed = write_unclaimed(comparison, options);
  if (has_errors || is_unclaimed) return 1;
  // Beyond this point nothing can be wrong with the pipelines.
  write_children(children, request.server, options);
  write_summary(comparison, options);
  write_ledger_notes(comparison);
  write_next_step(comparison, options);
  if (options.output.empty()) write_next_commands({"statelane init"});
  return 0;
}

}  // namespace statelane::cli
