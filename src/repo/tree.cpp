#include "repo/tree.hpp"

#include <algorithm>

namespace statelane::repo {

const TreeEntry* find_entry(std::span<const TreeEntry> entries, std::string_view name) {
  const auto found =
      std::lower_bound(entries.begin(), entries.end(), name,
                       [](const TreeEntry& entry, std::string_view wanted) { return entry.name < wanted; });
  return found != entries.end() && found->name == name ? &*found : nullptr;
}

std::vector<std::size_t> Tree::read_all(std::span<const RepoPath> paths, std::uint64_t most_bytes,
                                        const Take& take) const {
  std::vector<std::size_t> larger;
  for (std::size_t index = 0; index < paths.size(); ++index) {
    if (size(paths[index]) > most_bytes) {
      larger.push_back(index);
    } else {
      take(index, content_id(paths[index]), read(paths[index]));
    }
  }
  return larger;
}

std::optional<std::vector<RepoPath>> Tree::differences_from(const ContentId&) const { return std::nullopt; }

std::optional<TreeEntry> Tree::find(const RepoPath& path) const {
  if (path.is_root()) return TreeEntry{"", EntryKind::directory, {}};
  const TreeEntry* entry = find_entry(list(path.parent()), path.name());
  return entry == nullptr ? std::nullopt : std::optional(*entry);
}

}  // namespace statelane::repo
