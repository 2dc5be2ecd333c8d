#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "base/error.hpp"
#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/pipeline_files.hpp"
#include "cli/trusted_config.hpp"
#include "gitlab/expansion.hpp"
#include "pipeline/drift_pipeline.hpp"

namespace statelane::cli {

namespace {

pipeline::Rotation choose_rotation(const Options& options) {
  if (!options.range.empty() || !options.base.empty() || !options.since.empty()) {
    throw Error(ErrorKind::usage, "--drift compares states with the world and no commits",
                {"leave out the commits; --head REV reads another tree"});
  }
  if (options.jobs == config::Jobs::shell) {
    throw Error(ErrorKind::usage, "--drift needs the job helper: jobs that call Terraform alone keep no results");
  }
  if (options.drift_rotation.empty()) return {};
  const auto rotation = pipeline::parse_rotation(options.drift_rotation);
  if (!rotation) {
    throw Error(ErrorKind::usage, fmt::format("\"{}\" is no part of a whole", options.drift_rotation),
                {"--drift-rotation 2/7 is the second of seven parts"});
  }
  return *rotation;
}

std::string reproduce(const Options& options) {
  std::string result = "statelane generate --drift";
  if (!options.drift_rotation.empty()) result += " --drift-rotation " + options.drift_rotation;
  for (const std::string& glob : options.state_globs) result += " --state " + gitlab::quote_for_shell(glob);
  if (!options.head.empty()) result += " --head " + gitlab::quote_for_shell(options.head);
  if (options.children > 1) result += fmt::format(" --children {}", options.children);
  if (options.files > 1) result += fmt::format(" --files {}", options.files);
  return result;
}

/// What is asked for, and what of it can be compared.
struct Chosen {
  std::vector<std::string> ids;
  std::vector<std::string> outside_terraform;
};

Chosen choose_states(const LoadedTree& head, const Options& options, const pipeline::Rotation& rotation) {
  Chosen chosen;
  for (const states::State& state : head.states.graph.states()) {
    const auto& globs = options.state_globs;
    const bool is_named = globs.empty() || std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) {
                            return config::matches_glob(glob, state.id);
                          });
    if (!is_named || !pipeline::is_in_rotation(rotation, state.id)) continue;
    (state.kind == states::StateKind::custom ? chosen.outside_terraform : chosen.ids).push_back(state.id);
  }
  return chosen;
}

void write_summary(const Chosen& chosen, std::size_t total) {
  fmt::print(stderr, "{} of {} states are compared with the world\n", chosen.ids.size(), total);
  if (chosen.outside_terraform.empty()) return;
  fmt::print(stderr, "not compared, since these lanes are outside Terraform: {}\n",
             fmt::join(chosen.outside_terraform, ", "));
}

}  // namespace

int run_generate_drift(const Options& options) {
  check_output(options);
  const pipeline::Rotation rotation = choose_rotation(options);
  const repo::Repository repository = open_repository(options);
  Options reading = options;
  reading.revision = options.head;
  Diagnostics diagnostics;
  const auto trusted = find_trusted_config(repository, options);
  const LoadedTree head = read_tree(repository, reading, diagnostics, trusted ? &*trusted : nullptr);
  const pipeline::TemplateSet templates = load_templates(head, diagnostics, trusted ? &*trusted : nullptr);
  const Chosen chosen = choose_states(head, options, rotation);
  // Beyond this point the set of jobs is fixed.
  pipeline::PipelineRequest request = describe_job(head, options);
  request.command_line = reproduce(options);
  request.comparison.base_reason = "none";
  request.comparison.base_text = "states are compared with the world";
  request.comparison.head = std::string(gitlab::value_of(read_predefined_variables(), "CI_COMMIT_SHA"));
  request.gates = false;
  request.lock_files = find_lock_files(head, chosen.ids);
  request.nothing_reason = chosen.outside_terraform.empty()
                               ? "nothing to do: no state is in this part"
                               : "nothing to do: only lanes outside Terraform are in this part";
  const pipeline::Capacity capacity{options.children, options.files};
  const std::vector<pipeline::Child> children = pipeline::build_drift_children(
      request, chosen.ids, head.states.graph, templates, head.config, capacity, diagnostics);
  if (write_diagnostics(diagnostics, head.tree.get(), options.strict)) return 1;
  write_children(children, request.server, options);
  write_summary(chosen, head.states.graph.states().size());
  return 0;
}

}  // namespace statelane::cli
