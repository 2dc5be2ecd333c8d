#include "states/members.hpp"

#include <algorithm>

#include "base/replace_all.hpp"
#include "gitlab/names.hpp"
#include "states/backend_identity.hpp"
#include "states/open_addresses.hpp"
#include "states/unit_closure.hpp"

namespace statelane::states {

namespace {

/// An address that is written always wins over the configured pattern.
void name_state(State& state) {
  if (!state.settings.gitlab_state || state.backend->type != "http") return;
  if (!std::binary_search(state.backend->unknown.begin(), state.backend->unknown.end(), "address")) return;
  state.gitlab_state =
      replace_all(fill_in(state.settings.gitlab_state->text, state.directory, state.instance.value_or(std::string())),
                  "{slug}", gitlab::slug(state.id));
  name_gitlab_state(*state.backend, state.gitlab_state);
}

std::vector<RepoPath> find_attributes(const Scan& scan) {
  constexpr std::string_view name = ".gitattributes";
  std::vector<RepoPath> result;
  for (const ScannedDirectory& scanned : scan.directories) {
    if (std::binary_search(scanned.others.begin(), scanned.others.end(), name))
      result.push_back(scanned.path.child(name));
  }
  std::sort(result.begin(), result.end());
  return result;
}

}  // namespace

MemberBuilder::MemberBuilder(const Sources& sources, TracedTree& traced, TreeRecords& records, Answers& answers,
                             Diagnostics& diagnostics)
    : sources_(sources),
      traced_(traced),
      records_(records),
      answers_(answers),
      diagnostics_(diagnostics),
      attributes_(find_attributes(sources.scan)) {}

Member MemberBuilder::build_member(const Discovery& discovery, const Instance& instance,
                                   const std::vector<Instance>& siblings) {
  Member member{begin_state(discovery.directory, instance, discovery.settings), {}};
  State& state = member.state;
  state.kind = discovery.settings.commands ? StateKind::custom : StateKind::terraform;
  state.reason = discovery.reason;
  state.reason_place = discovery.place;
  if (state.kind == StateKind::custom) state.tool.clear();
  for (const Instance& sibling : siblings) {
    if (sibling.name == instance.name) continue;
    state.foreign.insert(state.foreign.end(), sibling.exclusive.begin(), sibling.exclusive.end());
  }
  std::sort(state.foreign.begin(), state.foreign.end());
  RecordedClosure recorded = closure_of(discovery, instance);
  state.open_addresses = find_open_addresses(recorded.closure, discovery.place);
  member.origin = std::move(recorded.origin);
  finish(std::move(recorded.closure), member);
  return member;
}

Member MemberBuilder::build_unit(const terragrunt::Unit& unit) {
  const config::Settings settings = config::settings_for(sources_.config, unit.directory);
  Instance instance;
  instance.workspace = unit.workspace;
  instance.variables = find_variables(unit.directory, settings, std::nullopt, diagnostics_);
  Member member{begin_state(unit.directory, instance, settings), {}};
  State& state = member.state;
  state.kind = settings.commands ? StateKind::custom : StateKind::terragrunt;
  state.reason = unit.is_generated ? StateReason::stack_unit : StateReason::unit;
  state.reason_place = {unit.place.file, unit.place.line};
  UnitClosure found = find_unit_closure(sources_, unit, instance, settings);
  // What other commands than Terragrunt's read is not known.
  if (state.kind == StateKind::terragrunt) state.copied = std::move(found.copied);
  if (state.kind == StateKind::custom) state.tool.clear();
  finish(std::move(found.closure), member);
  return member;
}

/// What does not hang on what the files say.
State MemberBuilder::begin_state(const RepoPath& directory, const Instance& instance,
                                 const config::Settings& settings) const {
  State state;
  state.id = to_state_id(directory, instance.name);
  state.directory = directory;
  state.instance = instance.name;
  state.var_files = instance.var_files;
  state.backend_config = instance.backend_config;
  state.variables = instance.variables;
  state.workspace = instance.workspace;
  state.tool = settings.tool ? settings.tool->text : "terraform";
  state.settings = settings;
  return state;
}

/// What the files say.
void MemberBuilder::finish(Closure closure, Member& member) const {
  State& state = member.state;
  if (!closure.backend.type.empty()) {
    const auto workspace = state.workspace.empty() ? std::nullopt : std::optional(state.workspace);
    state.backend = identify_backend(closure.backend, workspace, state.directory);
    name_state(state);
  }
  state.inputs = std::move(closure.inputs);
  add_attributes(state.inputs);
  state.unknown = std::move(closure.unknown);
  member.reads = std::move(closure.reads);
  if (closure.reads_workspace) member.workspace_names = std::move(closure.workspace_names);
  member.dependencies = std::move(closure.dependencies);
}

RecordedClosure MemberBuilder::closure_of(const Discovery& discovery, const Instance& instance) {
  if (!records_.is_on()) return {find_closure(sources_, discovery.directory, instance, discovery.settings)};
  const ContentId key = key_of_closure(discovery.directory, instance, discovery.settings, sources_.config,
                                       sources_.modules.own_repository().addresses);
  if (auto known = records_.find_closure(key, answers_)) return *std::move(known);
  Trace trace;
  const Sources sources{traced_, sources_.scan, sources_.modules, sources_.state_directories, sources_.config, &trace};
  traced_.follow(&trace);
  sources_.modules.follow(&trace);
  Closure closure = find_closure(sources, discovery.directory, instance, discovery.settings);
  traced_.follow(nullptr);
  sources_.modules.follow(nullptr);
  return records_.keep_closure(key, trace, answers_, std::move(closure));
}

/// Which `.gitattributes` decide what a checkout holds of the state's inputs. Those that lie in a directory which
/// counts as a whole count with it.
void MemberBuilder::add_attributes(std::vector<Input>& inputs) const {
  for (const RepoPath& file : attributes_) {
    const RepoPath directory = file.parent();
    for (std::uint32_t index = 0; index < inputs.size(); ++index) {
      const Input& input = inputs[index];
      const bool is_glob = input.kind == InputKind::pattern || input.kind == InputKind::configured;
      const bool is_below = input.path.is_within(directory) || (is_glob && directory.is_within(input.path));
      if (!is_below || input.kind == InputKind::attributes) continue;
      inputs.push_back({InputKind::attributes, file, "", {{index, {file, 0}}}});
      break;
    }
  }
}

}  // namespace statelane::states
