#include "states/same_states.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "terraform/file_names.hpp"

namespace statelane::states {

namespace {

using namespace std::string_view_literals;

/// Names that instances are found by where nothing is configured; see `find_instances`.
bool may_name_instance(std::string_view name) {
  constexpr std::array endings = {".tfvars"sv,    ".tfvars.json"sv, ".hcl"sv, ".conf"sv,
                                  ".tfbackend"sv, ".config"sv,      ".ini"sv, ".backend"sv};
  return name != ".terraform.lock.hcl" &&
         std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return name.ends_with(ending); });
}

/// `place` and every directory above it.
void add_upwards(PathSet& set, RepoPath place) {
  while (set.insert(place).second && !place.is_root()) place = place.parent();
}

}  // namespace

SameStates::SameStates(const LoadedStates& loaded, const repo::Tree& other, std::span<const ChangedPath> changed,
                       facts::FactStore& facts)
    : loaded_(loaded), other_(other), facts_(facts) {
  for (const ChangedPath& change : changed) note(change);
}

void SameStates::note(const ChangedPath& change) {
  const RepoPath parent = change.path.parent();
  const std::string_view name = change.path.name();
  const bool is_configuration = terraform::is_configuration_name(name);
  add_upwards(touched_, change.path);
  parents_.insert(parent);
  if (is_configuration) modules_.insert(parent);
  if (change.kind == ChangeKind::modified) return;
  add_upwards(resized_, parent);
  if (terraform::is_tofu_name(name)) tofu_.insert(parent);
  if (may_name_instance(name)) add_upwards(naming_, parent);
  if (!is_configuration) return;
  add_upwards(renamed_modules_, parent);
  // A directory with configuration is no instance of the one above.
  if (!parent.is_root()) add_upwards(naming_, parent.parent());
}

/// Another file than before may make other instances of its directory.
bool SameStates::has_other_instances(const State& state) const {
  const auto& configured = state.settings.instances;
  if (!configured && !state.instance) return naming_.contains(state.directory);
  const auto* pattern = configured ? std::get_if<config::Located>(&*configured) : nullptr;
  const bool is_outside = pattern != nullptr && pattern->text.find("..") != std::string::npos;
  return resized_.contains(is_outside ? RepoPath() : state.directory);
}

/// The file of the other tree has a block that makes its directory a state's.
bool SameStates::has_backend_there(const RepoPath& file) {
  const auto entry = other_.find(file);
  if (!entry || entry->kind == repo::EntryKind::directory) return false;
  const terraform::FileFacts& found = facts_.configuration(other_.content_id(file), terraform::syntax_of(file.name()),
                                                           [&] { return other_.read(file); });
  return !found.backends.empty();
}

bool SameStates::is_state_directory_there(const RepoPath& directory) {
  if (const auto known = state_directories_.find(directory); known != state_directories_.end()) return known->second;
  const auto states = loaded_.graph.states_in(directory);
  bool is_one = !states.empty();
  for (const std::uint32_t index : states) {
    const State& state = loaded_.graph.states()[index];
    const bool is_by_block = state.reason == StateReason::backend_block || state.reason == StateReason::cloud_block;
    const bool is_still = is_by_block ? !tofu_.contains(directory) : !resized_.contains(directory);
    is_one = is_one && is_still && !has_other_instances(state);
    const bool is_changed = is_by_block && touched_.contains(state.reason_place.file);
    if (is_one && is_changed) is_one = has_backend_there(state.reason_place.file);
  }
  return state_directories_.emplace(directory, is_one).first->second;
}

/// A directory that holds no state here may hold one there.
bool SameStates::may_become_one(const RepoPath& directory) const {
  const bool is_left_out = std::any_of(loaded_.left_out.begin(), loaded_.left_out.end(),
                                       [&](const LeftOut& one) { return one.directory == directory; });
  return parents_.contains(directory) || (is_left_out && resized_.contains(directory));
}

/// What lies below the state's directories may be another state's on one side only.
bool SameStates::has_shaken_states_below(const State& state) {
  if (!shaken_) {
    shaken_.emplace();
    for (const RepoPath& directory : parents_) {
      for (RepoPath place = directory; !place.is_root(); place = place.parent()) {
        const bool is_state = !loaded_.graph.states_in(place).empty();
        if (is_state && !is_state_directory_there(place)) add_upwards(*shaken_, place.parent());
      }
    }
  }
  return std::any_of(state.inputs.begin(), state.inputs.end(), [&](const Input& input) {
    const bool is_directory = input.kind == InputKind::own_directory || input.kind == InputKind::module_directory;
    return is_directory && shaken_->contains(input.path);
  });
}

bool SameStates::holds(const AnsweredQuestion& question) {
  if (question.kind == Question::Kind::state_directory) {
    const auto path = RepoPath::parse(question.path);
    if (!path) return false;
    return loaded_.graph.states_in(*path).empty() ? !may_become_one(*path) : is_state_directory_there(*path);
  }
  if (!touched_.contains(question.path)) return true;
  switch (question.kind) {
    case Question::Kind::names: {
      const auto path = RepoPath::parse(question.path);
      return path && answer_names(other_.list(*path)) == question.answer;
    }
    case Question::Kind::module: return !modules_.contains(question.path);
    case Question::Kind::configuration: return !renamed_modules_.contains(question.path);
    case Question::Kind::links: return true;  // those are the same everywhere
    default: return false;
  }
}

bool SameStates::is_there(std::uint32_t index) {
  return is_state_directory_there(loaded_.graph.states()[index].directory);
}

bool SameStates::is_same(std::uint32_t index) {
  const State& state = loaded_.graph.states()[index];
  if (index >= loaded_.origins.size() || loaded_.origins[index].empty()) return false;
  if (!is_there(index)) return false;
  const std::vector<AnsweredQuestion> questions = read_origin(loaded_.origins[index]);
  return std::all_of(questions.begin(), questions.end(), [&](const AnsweredQuestion& one) { return holds(one); }) &&
         !has_shaken_states_below(state);
}

}  // namespace statelane::states
