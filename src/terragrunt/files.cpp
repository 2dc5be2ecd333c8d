#include "terragrunt/files.hpp"

namespace statelane::terragrunt {

using repo::EntryKind;
using repo::Resolved;

bool Files::mount(const RepoPath& target, const RepoPath& source) {
  return mounts_.emplace(target, origin(source)).second;
}

RepoPath Files::origin(const RepoPath& path) const {
  if (mounts_.empty()) return path;
  for (RepoPath place = path;; place = place.parent()) {
    const auto found = mounts_.find(place);
    if (found != mounts_.end())
      return path == place ? found->second : found->second.resolve(path.within(place)).value_or(path);
    if (place.is_root()) return path;
  }
}

Resolved Files::resolve(const RepoPath& path) const {
  return repo::resolve_links(tree_, RepoPath(), origin(path).str());
}

Files::Kind Files::kind(const RepoPath& path) const {
  if (path.is_root()) return Kind::directory;
  const Resolved resolved = resolve(path);
  if (resolved.outcome == Resolved::Outcome::found)
    return resolved.kind == EntryKind::directory || resolved.kind == EntryKind::submodule ? Kind::directory
                                                                                          : Kind::file;
  // A directory on the way to a generated one.
  const auto below = mounts_.lower_bound(path);
  return below != mounts_.end() && below->first.is_within(path) ? Kind::directory : Kind::none;
}

std::optional<std::string> Files::read(const RepoPath& path) const {
  const Resolved resolved = resolve(path);
  const bool is_file = resolved.outcome == Resolved::Outcome::found && resolved.kind != EntryKind::directory &&
                       resolved.kind != EntryKind::submodule;
  return is_file ? std::optional(tree_.read(resolved.path)) : std::nullopt;
}

ContentId Files::content_id(const RepoPath& path) const {
  const Resolved resolved = resolve(path);
  const bool is_file = resolved.outcome == Resolved::Outcome::found && resolved.kind != EntryKind::directory;
  return is_file ? tree_.content_id(resolved.path) : ContentId{};
}

std::string absolute_text(const RepoPath& path) {
  std::string text(hcl::repository_root);
  return path.is_root() ? text : text + "/" + path.str();
}

std::optional<std::string> definite_text(const hcl::Value& value) {
  const auto* text = value.as_text();
  if (text == nullptr) return value.as_known_string();
  if (text->pieces.empty()) return "";
  return text->pieces.size() == 1 ? text->pieces.front() : std::nullopt;
}

std::optional<RepoPath> to_path(std::string_view text, const RepoPath& from) {
  if (text.starts_with(hcl::repository_root)) {
    text.remove_prefix(hcl::repository_root.size());
    while (text.starts_with('/')) text.remove_prefix(1);
    return RepoPath().resolve(text);
  }
  if (text.starts_with('/') || text.starts_with('~')) return std::nullopt;
  return from.resolve(text);
}

}  // namespace statelane::terragrunt
