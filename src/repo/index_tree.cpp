#include "repo/index_tree.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "repo/object_store.hpp"

namespace statelane::repo {

IndexTree::IndexTree(const std::map<RepoPath, TreeEntry>& files, ObjectStore& objects) : objects_(objects) {
  for (const auto& [path, entry] : files) {
    directories_[path.parent()].push_back(entry);
    for (RepoPath place = path.parent(); !place.is_root(); place = place.parent()) {
      std::vector<TreeEntry>& siblings = directories_[place.parent()];
      const std::string name(place.name());
      const bool is_known = std::any_of(siblings.rbegin(), siblings.rend(),
                                        [&](const TreeEntry& sibling) { return sibling.name == name; });
      if (is_known) break;
      siblings.push_back({name, EntryKind::directory, {}});
    }
  }
  for (auto& [directory, entries] : directories_) {
    std::sort(entries.begin(), entries.end(),
              [](const TreeEntry& left, const TreeEntry& right) { return left.name < right.name; });
  }
}

std::span<const TreeEntry> IndexTree::list(const RepoPath& directory) const {
  const auto found = directories_.find(directory);
  return found == directories_.end() ? std::span<const TreeEntry>{} : std::span<const TreeEntry>(found->second);
}

std::string IndexTree::read(const RepoPath& path) const {
  const auto entry = find(path);
  if (!entry || entry->kind == EntryKind::directory || entry->kind == EntryKind::submodule) {
    throw Error(ErrorKind::environment, fmt::format("cannot read {} of the index: no such file", path.display()));
  }
  try {
    return objects_.read(entry->id, "blob");
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("cannot read {} of the index: {}", path.display(), error.what()),
                error.hints());
  }
}

std::uint64_t IndexTree::size(const RepoPath& path) const {
  const auto entry = find(path);
  const auto known = entry ? objects_.blob_size(entry->id) : std::nullopt;
  return known ? *known : Tree::size(path);
}

ContentId IndexTree::content_id(const RepoPath& path) const {
  const auto entry = find(path);
  return entry ? entry->id : ContentId{};
}

}  // namespace statelane::repo
