#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "base/error.hpp"
#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/pipeline_files.hpp"
#include "cli/trusted_config.hpp"
#include "gitlab/expansion.hpp"
#include "pipeline/complete_child.hpp"
#include "pipeline/second_stage.hpp"
#include "pipeline/split_pipeline.hpp"
#include "runner/artifacts.hpp"
#include "runner/plan_metadata.hpp"

namespace statelane::cli {

namespace {

namespace fs = std::filesystem;

struct Plans {
  std::vector<pipeline::PlannedState> states;
  std::size_t foreign = 0;  ///< of another commit or root pipeline
};

/// Only the small summaries are read; the plans themselves are the applies' business.
Plans read_plans(const fs::path& directory, const pipeline::PipelineRequest& request) {
  Plans plans;
  const files::Place artifacts{directory, ""};
  std::error_code fault;
  if (!fs::is_directory(directory, fault)) {
    const std::string reason = (fault ? fault : std::make_error_code(std::errc::not_a_directory)).message();
    throw Error(ErrorKind::environment, fmt::format("cannot read {}: {}", directory.string(), reason),
                {"it holds the artifacts of the plan jobs: .statelane"});
  }
  for (const std::string& slug : runner::list_lanes(artifacts)) {
    const auto text = files::read(artifacts / slug / "meta.json", runner::largest_record);
    if (!text) continue;
    const runner::PlanMetadata plan = runner::parse_metadata(*text);
    if (plan.destroy) continue;
    const bool is_ours = (request.comparison.head.empty() || plan.commit == request.comparison.head) &&
                         (request.root_pipeline.empty() || plan.root_pipeline == request.root_pipeline);
    if (is_ours) {
      plans.states.push_back({plan.state, plan.has_changes, plan.create, plan.update, plan.remove, plan.waits,
                              plan.may_open_gate, plan.applied});
    } else {
      ++plans.foreign;
    }
  }
  std::sort(plans.states.begin(), plans.states.end(),
            [](const auto& left, const auto& right) { return left.id < right.id; });
  return plans;
}

void refuse_selection(const Options& options) {
  const bool is_chosen = options.all || !options.state_globs.empty() || !options.range.empty() ||
                         !options.base.empty() || !options.since.empty();
  if (is_chosen) throw Error(ErrorKind::usage, "--from-plans chooses states by their plans: leave out the rest");
}

}  // namespace

int run_generate_gates(const Options& options) {
  refuse_selection(options);
  check_output(options);
  const repo::Repository repository = open_repository(options);
  Diagnostics diagnostics;
  const auto trusted = find_trusted_config(repository, options);
  const LoadedTree head = read_tree(repository, options, diagnostics, trusted ? &*trusted : nullptr);
  const pipeline::TemplateSet templates = load_templates(head, diagnostics, trusted ? &*trusted : nullptr);
  const gitlab::PredefinedVariables variables = read_predefined_variables();
  const std::string pipeline_id(gitlab::value_of(variables, "CI_PIPELINE_ID"));
  if (pipeline_id.empty()) {
    throw Error(ErrorKind::environment, "CI_PIPELINE_ID is not set, and applies take their plans from that pipeline",
                {"run it in a job of the pipeline that planned"});
  }
  pipeline::PipelineRequest request = describe_job(head, options);
  request.command_line = "statelane generate --from-plans " + gitlab::quote_for_shell(options.from_plans);
  request.config_from = pin(trusted);
  request.comparison.head = std::string(gitlab::value_of(variables, "CI_COMMIT_SHA"));
  const Plans plans = read_plans(options.from_plans, request);
  // Beyond this point the set of jobs is fixed.
  std::vector<std::string> ids;
  for (const pipeline::PlannedState& plan : plans.states) ids.push_back(plan.id);
  request.lock_files = find_lock_files(head, ids);
  pipeline::Pipeline child = pipeline::build_second_stage(request, pipeline_id, plans.states, head.states.graph,
                                                          templates, head.config, diagnostics);
  pipeline::Child files = pipeline::split_into_files(std::move(child), request.server);
  pipeline::complete_child(files, 1, {1, options.files}, request, diagnostics);
  if (write_diagnostics(diagnostics, head.tree.get(), options.strict)) return 1;
  write_children({files}, request.server, options);
  const auto changed =
      std::count_if(plans.states.begin(), plans.states.end(), [](const auto& plan) { return plan.has_changes; });
  fmt::print(stderr, "{} of {} plans have changes\n", changed, plans.states.size());
  if (plans.foreign > 0) fmt::print(stderr, "{} plans of another commit or pipeline are left out\n", plans.foreign);
  return 0;
}

}  // namespace statelane::cli
