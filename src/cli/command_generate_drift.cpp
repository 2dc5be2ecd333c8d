#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "base/error.hpp"
#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/pipeline_files.hpp"
#include "gitlab/expansion.hpp"
#include "pipeline/check_pipeline.hpp"
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
  return result;
}

std::vector<std::string> choose_states(const LoadedTree& head, const Options& options,
                                       const pipeline::Rotation& rotation) {
  std::vector<std::string> ids;
  for (const states::State& state : head.states.graph.states()) {
    const auto& globs = options.state_globs;
    const bool is_named = globs.empty() || std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) {
                            return config::matches_glob(glob, state.id);
                          });
    if (is_named && pipeline::is_in_rotation(rotation, state.id)) ids.push_back(state.id);
  }
  return ids;
}

}  // namespace

int run_generate_drift(const Options& options) {
  const pipeline::Rotation rotation = choose_rotation(options);
  const repo::Repository repository = open_repository();
  Options reading = options;
  reading.revision = options.head;
  Diagnostics diagnostics;
  const LoadedTree head = read_tree(repository, reading, diagnostics);
  const pipeline::TemplateSet templates = load_templates(head, diagnostics);
  const std::vector<std::string> ids = choose_states(head, options, rotation);
  // Beyond this point the set of jobs is fixed.
  pipeline::PipelineRequest request = describe_job(head, options);
  request.command_line = reproduce(options);
  request.comparison.base_reason = "none";
  request.comparison.base_text = "states are compared with the world";
  request.comparison.head = std::string(gitlab::value_of(read_predefined_variables(), "CI_COMMIT_SHA"));
  request.gates = false;
  request.lock_files = find_lock_files(head, ids);
  request.nothing_reason = "nothing to do: no state is in this part";
  const pipeline::Pipeline child =
      pipeline::build_drift_pipeline(request, ids, head.states.graph, templates, head.config, diagnostics);
  pipeline::check_pipeline({&child, 1}, request.server, diagnostics);
  if (write_diagnostics(diagnostics, head.tree.get(), options.strict)) return 1;
  write_pipeline(render_file(child, request.server), options);
  fmt::print(stderr, "{} of {} states are compared with the world\n", ids.size(), head.states.graph.states().size());
  return 0;
}

}  // namespace statelane::cli
