#include "states/linked_inputs.hpp"

#include <algorithm>

#include "base/glob.hpp"
#include "repo/links.hpp"
#include "states/path_inputs.hpp"
#include "terraform/file_names.hpp"

namespace statelane::states {

namespace {

using repo::Resolved;

bool is_directory(InputKind kind) {
  return kind == InputKind::own_directory || kind == InputKind::module_directory || kind == InputKind::data_directory;
}

}  // namespace

void LinkedInputs::follow_all() {
  for (std::uint32_t index = 0; index < inputs_.size(); ++index) {
    const InputKind kind = inputs_[index].kind;
    if (is_directory(kind)) follow_directory(index);
    if (kind == InputKind::pattern || kind == InputKind::configured) follow_glob(index);
  }
}

std::vector<std::uint32_t> LinkedInputs::with_continuations(std::vector<std::uint32_t> patterns) {
  for (std::size_t position = 0; position < patterns.size(); ++position) {
    if (inputs_[patterns[position]].kind != InputKind::pattern) continue;
    for (const std::uint32_t more : follow_glob(patterns[position])) {
      if (std::find(patterns.begin(), patterns.end(), more) == patterns.end()) patterns.push_back(more);
    }
  }
  return patterns;
}

const std::vector<std::uint32_t>& LinkedInputs::follow_glob(std::uint32_t index) {
  const auto known = followed_.find(index);
  if (known != followed_.end()) return known->second;
  add_submodules(index);
  return followed_.emplace(index, add_linked_patterns(index)).first->second;
}

/// A glob that may lead into a submodule, and does not match its path anyway.
void LinkedInputs::add_submodules(std::uint32_t index) {
  const Input input = inputs_[index];
  for (const RepoPath& submodule : sources_.submodules_below(input.path)) {
    if (matches_glob(input.glob, submodule.str()) || globs_below(input.glob, submodule.str()).empty()) continue;
    inputs_.add(InputKind::file, submodule, "", {index, {submodule, 0}});
  }
}

std::vector<std::uint32_t> LinkedInputs::add_linked_patterns(std::uint32_t index) {
  std::vector<std::uint32_t> added;
  const Input input = inputs_[index];
  for (const RepoPath& link : sources_.links_below(input.path)) {
    const auto below = globs_below(input.glob, link.str());
    const bool is_matched = matches_glob(input.glob, link.str());
    if (below.empty() && !is_matched) continue;
    const Resolved resolved = repo::resolve_links(sources_.tree, link.parent(), link.name());
    // A glob that says nothing of names covers what lies in the same directory as it covers the link.
    const bool is_covered = input.glob == below_glob(input.path) && resolved.path.is_within(input.path);
    if (is_covered && resolved.outcome == Resolved::Outcome::found) continue;
    const Reach way = add_links(resolved, {index, {link, 0}}, inputs_);
    if (!is_inside(resolved)) continue;
    add_submodule(sources_.tree, resolved, way, inputs_);
    const bool is_found = resolved.outcome == Resolved::Outcome::found;
    const bool is_directory = is_found && resolved.kind == repo::EntryKind::directory;
    // Nothing may be there yet, and what is a file may become a directory: that is asked for where a glob leads on.
    for (const std::string& glob : is_directory || !is_found ? below : std::vector<std::string>{})
      added.push_back(inputs_.add(InputKind::pattern, resolved.path, below_glob(resolved.path, glob), way));
    if (!is_directory && (is_matched || is_found)) inputs_.add(InputKind::file, resolved.path, "", way);
  }
  return added;
}

void LinkedInputs::follow_directory(std::uint32_t index) {
  const InputKind kind = inputs_[index].kind;
  const RepoPath directory = inputs_[index].path;
  for (const RepoPath& link : sources_.links_below(directory)) {
    if (kind != InputKind::data_directory && lies_in_other_state(link, directory)) continue;
    if (kind == InputKind::own_directory && directory.is_root() && !link.parent().is_root()) continue;
    add_link(link, index);
  }
}

bool LinkedInputs::lies_in_other_state(const RepoPath& path, const RepoPath& directory) const {
  for (RepoPath place = path.parent(); place != directory && !place.is_root(); place = place.parent()) {
    if (sources_.is_state_directory(place)) return true;
  }
  return false;
}

/// The link lies where Terraform loads it in place of a file of its name, under which it is read.
bool LinkedInputs::stands_for_configuration(const RepoPath& link, std::uint32_t via) const {
  const Input& input = inputs_[via];
  if (input.kind == InputKind::data_directory || link.parent() != input.path) return false;
  const bool is_own = input.kind == InputKind::own_directory;
  return terraform::is_configuration_name(link.name()) ||
         (is_own && (terraform::is_automatic_variable_name(link.name()) || link.name() == ".terraform.lock.hcl"));
}

void LinkedInputs::add_link(const RepoPath& link, std::uint32_t via) {
  const Resolved resolved = repo::resolve_links(sources_.tree, link.parent(), link.name());
  const Reach way = add_links(resolved, {via, {link, 0}}, inputs_);
  if (!is_inside(resolved)) return;
  add_submodule(sources_.tree, resolved, way, inputs_);
  const bool leads_to_directory =
      resolved.outcome == Resolved::Outcome::found && resolved.kind == repo::EntryKind::directory;
  const InputKind file_kind = stands_for_configuration(link, via) ? InputKind::configuration_file : InputKind::file;
  inputs_.add(leads_to_directory ? InputKind::data_directory : file_kind, resolved.path, "", way);
}

}  // namespace statelane::states
