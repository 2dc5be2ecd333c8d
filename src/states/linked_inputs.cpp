#include "states/linked_inputs.hpp"

#include "repo/links.hpp"
#include "states/path_inputs.hpp"

namespace statelane::states {

namespace {

using repo::Resolved;

bool is_directory(InputKind kind) {
  return kind == InputKind::own_directory || kind == InputKind::module_directory || kind == InputKind::data_directory;
}

}  // namespace

void LinkedInputs::follow_all() {
  for (std::uint32_t index = 0; index < inputs_.size(); ++index) {
    if (is_directory(inputs_[index].kind)) follow_directory(index);
  }
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

void LinkedInputs::add_link(const RepoPath& link, std::uint32_t via) {
  const Resolved resolved = repo::resolve_links(sources_.tree, link.parent(), link.name());
  const Reach way = add_links(resolved, {via, {link, 0}}, inputs_);
  if (resolved.outcome == Resolved::Outcome::outside || resolved.outcome == Resolved::Outcome::cycle) return;
  const bool leads_to_directory =
      resolved.outcome == Resolved::Outcome::found && resolved.kind == repo::EntryKind::directory;
  inputs_.add(leads_to_directory ? InputKind::data_directory : InputKind::file, resolved.path, "", way);
}

}  // namespace statelane::states
