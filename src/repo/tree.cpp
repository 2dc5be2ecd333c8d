#include "repo/tree.hpp"

#include <algorithm>

namespace statelane::repo {

std::optional<TreeEntry> Tree::find(const RepoPath& path) const {
  if (path.is_root()) return TreeEntry{"", EntryKind::directory, {}};
  const auto entries = list(path.parent());
  const std::string_view name = path.name();
  const auto found = std::lower_bound(entries.begin(), entries.end(), name,
                                      [](const TreeEntry& entry, std::string_view wanted) { return entry.name < wanted; });
  return found != entries.end() && found->name == name ? std::optional(*found) : std::nullopt;
}

}  // namespace statelane::repo
