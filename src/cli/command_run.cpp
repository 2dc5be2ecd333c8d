#include "base/digest.hpp"
#include "base/error.hpp"
#include "cli/commands.hpp"
#include "cli/comparison.hpp"
#include "cli/console.hpp"
#include "cli/find_state.hpp"
#include "cli/newest_commit.hpp"
#include "gitlab/names.hpp"
#include "runner/run_apply.hpp"
#include "runner/run_plan.hpp"
#include "states/existing_inputs.hpp"

namespace statelane::cli {

namespace {

namespace fs = std::filesystem;

/// Path and content of everything that the state depends on.
std::string digest_inputs(const Side& side, std::uint32_t state) {
  Sha256 hash;
  for (const RepoPath& path : states::find_existing_inputs(*side.tree, side.states.graph, state)) {
    const ContentId id = side.tree->content_id(path);
    hash.add_field(path.str());
    hash.add_field({reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()});
  }
  return hash.finish_hex();
}

std::vector<std::string> relative_to(const RepoPath& directory, const std::vector<RepoPath>& paths) {
  std::vector<std::string> result;
  for (const RepoPath& path : paths) result.push_back(relative_path(directory, path));
  return result;
}

runner::LaneDescription describe_lane(const Side& side, std::uint32_t index, const fs::path& project) {
  const states::State& state = side.states.graph.states()[index];
  runner::LaneDescription lane;
  lane.state_id = state.id;
  lane.slug = gitlab::slug(state.id);
  lane.project_directory = project;
  lane.directory = state.directory.str();
  lane.var_files = relative_to(state.directory, state.var_files);
  lane.backend_config = relative_to(state.directory, state.backend_files);
  if (!state.workspace.empty()) lane.workspace = state.workspace;
  if (!state.tool.empty()) lane.tool = state.tool;
  if (state.backend) {
    lane.backend_type = state.backend->type;
    const auto address = state.backend->known.find("address");
    if (state.backend->type == "http" && address != state.backend->known.end()) lane.backend_address = address->second;
  }
  const config::Settings& settings = state.settings;
  if (settings.commands) lane.commands = runner::LaneCommands{settings.commands->plan, settings.commands->apply};
  lane.after_plan = settings.after_plan.value_or(std::vector<std::string>{});
  lane.max_destroy = settings.max_destroy;
  lane.inputs_digest = digest_inputs(side, index);
  return lane;
}

/// Where applies may run: the configured branches, else the default branch. Outside CI nothing is checked.
std::vector<std::string> find_apply_branches(const states::State& state) {
  if (state.settings.apply_branches) return *state.settings.apply_branches;
  const std::string name(gitlab::value_of(read_predefined_variables(), "CI_DEFAULT_BRANCH"));
  return name.empty() ? std::vector<std::string>{} : std::vector<std::string>{name};
}

}  // namespace

int run_lane(const Options& options) {
  const repo::Repository repository = open_repository();
  const auto project = repository.work_tree();
  if (!project) throw Error(ErrorKind::environment, "a bare repository has no files to run Terraform on");
  Diagnostics diagnostics;
  const Side side = load_only_side(repository, options, diagnostics);
  if (write_diagnostics(diagnostics, side.tree.get(), false)) return 1;
  const std::uint32_t index = find_state(side.states.graph, repository, options.state);
  const states::State& state = side.states.graph.states()[index];

  runner::LaneDescription lane = describe_lane(side, index, *project);
  lane.apply_branches = find_apply_branches(state);
  const runner::JobEnvironment job = runner::read_job_environment();
  runner::RunOptions run;
  run.helper_version = STATELANE_VERSION;
  run.passed = options.passed;
  run.detailed_exit_code = options.detailed_exit_code;
  if (options.command == Command::run_plan) return runner::run_plan(lane, job, run);
  return runner::run_apply(lane, job, run, [&] { return check_branch(repository, job.branch, job.commit, state.id); });
}

}  // namespace statelane::cli
