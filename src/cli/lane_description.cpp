#include "cli/lane_description.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <set>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "gitlab/branches.hpp"
#include "gitlab/duration.hpp"
#include "gitlab/names.hpp"
#include "process/find_program.hpp"
#include "states/backend_identity.hpp"
#include "states/existing_inputs.hpp"
#include "states/instances.hpp"
#include "terraform/file_names.hpp"
#include "terraform/read_facts.hpp"
#include "terraform/read_outputs.hpp"

namespace statelane::cli {

namespace {

/// Path and content of everything that the state depends on, but for its dependency lock file: `init` may write that
/// one, and it is looked at by itself.
std::string digest_inputs(const repo::Tree& tree, const RepoPath& directory, const std::vector<RepoPath>& inputs) {
  const RepoPath lock_file = directory.child(".terraform.lock.hcl");
  Sha256 hash;
  for (const RepoPath& path : inputs) {
    if (path == lock_file) continue;
    const ContentId id = tree.content_id(path);
    hash.add_field(path.str());
    hash.add_field({reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()});
  }
  return hash.finish_hex();
}

/// The names of other states' outputs that the configuration refers to; empty when some reference does not say.
std::optional<std::vector<std::string>> find_read_outputs(const repo::Tree& tree, const std::vector<RepoPath>& inputs) {
  std::set<std::string> names;
  for (const RepoPath& path : inputs) {
    if (!terraform::is_configuration_name(path.name())) continue;
    const auto entry = tree.find(path);
    if (!entry || entry->kind == repo::EntryKind::symlink) continue;  // what it points at is an input as well
    if (tree.size(path) > terraform::largest_configuration) return std::nullopt;
    const auto of_file = terraform::find_read_outputs(tree.read(path));
    if (!of_file) return std::nullopt;
    names.insert(of_file->begin(), of_file->end());
  }
  return std::vector<std::string>(names.begin(), names.end());
}

/// Whether the root module declares variables with `ephemeral`. Where the word stands for something else the variable
/// files are given once more than is needed.
bool has_ephemeral_variables(const repo::Tree& tree, const RepoPath& directory) {
  for (const repo::TreeEntry& entry : tree.list(directory)) {
    const bool is_file = entry.kind == repo::EntryKind::file || entry.kind == repo::EntryKind::executable;
    if (!is_file || !terraform::is_configuration_name(entry.name)) continue;
    if (tree.size(directory.child(entry.name)) > terraform::largest_configuration) return true;
    const std::string text = tree.read(directory.child(entry.name));
    if (text.find("variable") != std::string::npos && text.find("ephemeral") != std::string::npos) return true;
  }
  return false;
}

std::vector<std::string> find_apply_branches(const states::State& state) {
  return gitlab::apply_branches(state.settings.apply_branches,
                                gitlab::value_of(read_predefined_variables(), "CI_DEFAULT_BRANCH"));
}

/// The name of the state that GitLab keeps. Throws when GitLab would not take it, or when two states would share it.
std::string name_gitlab_state(const states::StateGraph& graph, const states::State& state) {
  const std::string& name = state.gitlab_state;
  if (name.empty()) return name;
  constexpr std::size_t longest = 255;
  const std::string shown = fmt::format("the gitlab_state of {}, \"{}\",", state.id, name);
  if (name.size() > longest) {
    throw Error(ErrorKind::user_files, fmt::format("{} is longer than {} characters", shown, longest),
                {"shorten it in .statelane.yml"});
  }
  for (const states::State& other : graph.states()) {
    if (other.id == state.id || other.gitlab_state != name) continue;
    throw Error(ErrorKind::user_files, fmt::format("{} is that of {} too", shown, other.id),
                {"\"{slug}\" in .statelane.yml gives each state a name of its own"});
  }
  return name;
}

void describe_backend(const states::State& state, runner::LaneDescription& lane) {
  if (!state.backend) return;
  lane.backend_type = state.backend->type;
  lane.identity_settings = states::identity_settings(lane.backend_type);
  if (state.backend->type != "http") return;
  const auto address = state.backend->known.find("address");
  if (address != state.backend->known.end()) lane.backend_address = address->second;
  const auto partial = state.backend->partial.find("address");
  if (state.gitlab_state.empty() && partial != state.backend->partial.end())
    lane.backend_address = partial->second.front().value_or("");
}

/// The directory with the stack file that makes the unit, also where a stack of that one does; empty: none does.
std::string find_stack(const states::State& state) {
  if (state.reason != states::StateReason::stack_unit) return "";
  const std::string directory = state.directory.str();
  const std::size_t made = ("/" + directory).find("/.terragrunt-stack/");
  if (made == std::string::npos) return state.reason_place.file.parent().str();
  return made == 0 ? "." : directory.substr(0, made - 1);
}

/// The tool that Terragrunt runs where nobody names one: https://terragrunt.gruntwork.io/docs/reference/cli/,
/// "tf-path".
std::string find_terragrunts_tool() {
  for (const char* name : {"TG_TF_PATH", "TERRAGRUNT_TFPATH"})
    if (const char* set = std::getenv(name); set != nullptr && *set != '\0') return set;
  const char* path = std::getenv("PATH");
  try {
    process::find_program("tofu", path == nullptr ? "" : path);
    return "tofu";
  } catch (const Error&) {
    return "terraform";
  }
}

}  // namespace

runner::LaneDescription describe_lane(const LoadedTree& side, std::uint32_t index,
                                      const std::filesystem::path& project) {
  const states::State& state = side.states.graph.states()[index];
  const std::vector<RepoPath> inputs = states::find_existing_inputs(*side.tree, side.states.graph, index);
  runner::LaneDescription lane;
  lane.state_id = state.id;
  lane.slug = gitlab::slug(state.id);
  lane.project_directory = (project / "").parent_path();  // without a slash at its end
  lane.directory = state.directory.str();
  lane.is_unit = state.kind == states::StateKind::terragrunt;
  if (!lane.is_unit) {  // Terragrunt itself gives them
    lane.var_files = states::variable_arguments(state);
    lane.backend_config = states::backend_arguments(state);
  }
  for (const states::LaneVariable& variable : state.variables) lane.variables[variable.name] = variable.value;
  if (!state.workspace.empty() && !lane.is_unit) lane.workspace = state.workspace;
  if (!state.tool.empty()) lane.tool = state.tool;
  if (lane.is_unit && !state.settings.tool) lane.tool = find_terragrunts_tool();
  lane.stack = find_stack(state);
  describe_backend(state, lane);
  lane.gitlab_state = name_gitlab_state(side.states.graph, state);
  for (const states::OpenAddress& open : state.open_addresses) {
    lane.open_addresses.push_back({open.address, fmt::format("{}:{}", open.place.file.str(), open.place.line)});
  }
  const config::Settings& settings = state.settings;
  if (settings.commands) lane.commands = runner::LaneCommands{settings.commands->plan, settings.commands->apply};
  lane.after_plan = settings.after_plan.value_or(std::vector<std::string>{});
  lane.max_destroy = settings.max_destroy;
  lane.is_stored_among_files = state.is_stored_among_files();
  lane.keeps_local_state = settings.local_state == config::LocalState::kept;
  lane.apply_branches = find_apply_branches(state);
  lane.inputs_digest = digest_inputs(*side.tree, state.directory, inputs);
  if (!lane.is_unit) lane.has_ephemeral_variables = has_ephemeral_variables(*side.tree, state.directory);
  lane.read_outputs = find_read_outputs(*side.tree, inputs);
  if (const auto life = gitlab::parse_duration(side.config.expire_in))
    lane.plan_life = std::chrono::duration_cast<std::chrono::seconds>(*life);
  return lane;
}

}  // namespace statelane::cli
