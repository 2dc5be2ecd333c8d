#include "repo/sparse_tree.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "repo/object_store.hpp"

namespace statelane::repo {

SparseTree::SparseTree(std::filesystem::path root, const std::map<RepoPath, TreeEntry>& absent, ObjectStore& objects)
    : disk_(std::move(root)), objects_(objects) {
  for (const auto& [path, entry] : absent) {
    absent_[path.parent()].emplace(entry.name, entry);
    for (RepoPath place = path.parent(); !place.is_root(); place = place.parent()) {
      const std::string name(place.name());
      if (!absent_[place.parent()].emplace(name, TreeEntry{name, EntryKind::directory, {}}).second) break;
    }
  }
}

std::span<const TreeEntry> SparseTree::list(const RepoPath& directory) const {
  const auto additions = absent_.find(directory);
  if (additions == absent_.end()) return disk_.list(directory);
  const auto known = directories_.find(directory);
  if (known != directories_.end()) return known->second;
  const auto on_disk = disk_.list(directory);
  std::vector<TreeEntry> entries(on_disk.begin(), on_disk.end());
  for (const auto& [name, entry] : additions->second) {
    if (find_entry(on_disk, name) == nullptr) entries.push_back(entry);
  }
  std::sort(entries.begin(), entries.end(),
            [](const TreeEntry& left, const TreeEntry& right) { return left.name < right.name; });
  return directories_.emplace(directory, std::move(entries)).first->second;
}

std::string SparseTree::read(const RepoPath& path) const {
  const auto entry = find(path);
  // Only what comes from the index has an id here.
  if (!entry || entry->id.is_zero() || entry->kind == EntryKind::submodule) return disk_.read(path);
  try {
    return objects_.read(entry->id, "blob");
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("cannot read {} of the index: {}", path.display(), error.what()),
                error.hints());
  }
}

std::uint64_t SparseTree::size(const RepoPath& path) const {
  const auto entry = find(path);
  if (!entry || entry->id.is_zero()) return disk_.size(path);
  const auto known = objects_.blob_size(entry->id);
  return known ? *known : Tree::size(path);
}

ContentId SparseTree::content_id(const RepoPath& path) const {
  const auto entry = find(path);
  return entry && !entry->id.is_zero() ? entry->id : disk_.content_id(path);
}

}  // namespace statelane::repo
