#include "repo/commit_tree.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "repo/change_set.hpp"
#include "repo/object_store.hpp"

namespace statelane::repo {

namespace {

constexpr std::size_t largest_fetch = 16384;

bool has_bytes(const TreeEntry& entry) {
  return entry.kind != EntryKind::directory && entry.kind != EntryKind::submodule;
}

/// Appends the blobs below a directory that are not here, until there are `limit`.
void collect_missing(ObjectStore& objects, const ContentId& directory, std::size_t limit,
                     std::vector<ContentId>& missing, std::size_t depth = 0) {
  if (depth > deepest_directory) return;
  for (const TreeEntry& entry : objects.tree(directory)) {
    if (missing.size() >= limit) return;
    if (has_bytes(entry) && !objects.has(entry.id)) missing.push_back(entry.id);
    if (entry.kind == EntryKind::directory) collect_missing(objects, entry.id, limit, missing, depth + 1);
  }
}

}  // namespace

CommitTree::CommitTree(ObjectStore& objects, const ContentId& root, std::string name)
    : objects_(objects), root_(root), name_(std::move(name)) {}

std::span<const TreeEntry> CommitTree::list(const RepoPath& directory) const {
  const auto known = directories_.find(directory);
  if (known != directories_.end()) return known->second;
  try {
    return directories_.emplace(directory, read_directory(directory)).first->second;
  } catch (const Error& error) {
    throw Error(error.kind(),
                fmt::format("cannot read the directory {} of {}: {}", directory.display(), name_, error.what()),
                error.hints());
  }
}

/// Down from the root, component by component and without recursion: a path from a file may have any number of them.
std::span<const TreeEntry> CommitTree::read_directory(const RepoPath& directory) const {
  std::string_view rest = directory.str();
  std::span<const TreeEntry> entries = objects_.tree(root_);
  // Whoever walks the tree comes from the directory above, which is known then.
  const auto above = directory.is_root() ? directories_.end() : directories_.find(directory.parent());
  if (above != directories_.end()) {
    const TreeEntry* entry = find_entry(above->second, directory.name());
    const bool is_directory = entry != nullptr && entry->kind == EntryKind::directory;
    const auto depth = static_cast<std::size_t>(std::count(rest.begin(), rest.end(), '/')) + 1;
    return is_directory ? close(objects_.tree(entry->id), depth) : std::span<const TreeEntry>{};
  }
  for (std::size_t depth = 1; !rest.empty(); ++depth) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const TreeEntry* entry = find_entry(entries, rest.substr(0, end));
    if (entry == nullptr || entry->kind != EntryKind::directory) return {};
    entries = close(objects_.tree(entry->id), depth);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return entries;
}

/// git itself checks out no deeper chain of directories. What is deeper counts as submodules do: it is one thing that
/// is there, is the same or not, and is not looked into.
std::span<const TreeEntry> CommitTree::close(std::span<const TreeEntry> entries, std::size_t depth) const {
  const auto is_directory = [](const TreeEntry& entry) { return entry.kind == EntryKind::directory; };
  if (depth < deepest_directory || std::none_of(entries.begin(), entries.end(), is_directory)) return entries;
  std::vector<TreeEntry>& closed = closed_.emplace_back(entries.begin(), entries.end());
  for (TreeEntry& entry : closed)
    if (is_directory(entry)) entry.kind = EntryKind::submodule;
  return closed;
}

std::string CommitTree::read(const RepoPath& path) const {
  const auto entry = find(path);
  if (!entry || !has_bytes(*entry)) {
    throw Error(ErrorKind::environment, fmt::format("cannot read {} of {}: no such file", path.display(), name_));
  }
  if (entry->kind == EntryKind::symlink) {
    const auto known = links_.find(entry->id);
    if (known != links_.end()) return known->second;
  }
  try {
    if (objects_.is_partial() && !objects_.has(entry->id)) fetch_around(path);
    std::string bytes = objects_.read(entry->id, "blob");
    if (entry->kind == EntryKind::symlink) links_.emplace(entry->id, bytes);
    return bytes;
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("cannot read {} of {}: {}", path.display(), name_, error.what()),
                error.hints());
  }
}

std::uint64_t CommitTree::size(const RepoPath& path) const {
  const auto entry = find(path);
  const auto known = entry && has_bytes(*entry) ? objects_.blob_size(entry->id) : std::nullopt;
  return known ? *known : Tree::size(path);
}

std::vector<std::size_t> CommitTree::read_all(std::span<const RepoPath> paths, std::uint64_t most_bytes,
                                              const Take& take) const {
  // What a partial clone lacks is fetched for many files at once, one after the other.
  if (objects_.is_partial()) return Tree::read_all(paths, most_bytes, take);
  std::vector<ContentId> ids;
  ids.reserve(paths.size());
  for (const RepoPath& path : paths) ids.push_back(content_id(path));
  const auto missed = objects_.read_blobs(
      ids, most_bytes, [&](std::size_t index, std::string bytes) { take(index, ids[index], std::move(bytes)); });
  std::vector<std::size_t> larger;
  for (const std::size_t index : missed) {
    if (size(paths[index]) > most_bytes) {
      larger.push_back(index);
    } else {
      take(index, ids[index], read(paths[index]));
    }
  }
  return larger;
}

void CommitTree::fetch_around(const RepoPath& path) const {
  std::vector<ContentId> missing = {content_id(path)};
  for (RepoPath place = path; missing.size() < fetch_size_ && !place.is_root();) {
    place = place.parent();
    missing.resize(1);
    collect_missing(objects_, content_id(place), fetch_size_, missing);
  }
  std::sort(missing.begin(), missing.end());
  missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
  objects_.fetch(missing);
  fetch_size_ = std::min(fetch_size_ * 4, largest_fetch);
}

ContentId CommitTree::content_id(const RepoPath& path) const {
  if (path.is_root()) return root_;
  const auto entry = find(path);
  return entry ? entry->id : ContentId{};
}

std::optional<std::vector<RepoPath>> CommitTree::differences_from(const ContentId& root) const {
  // A partial clone would fetch the other tree piece by piece.
  if (objects_.is_partial() || !objects_.has(root)) return std::nullopt;
  const CommitTree other(objects_, root, name_);
  std::vector<RepoPath> result;
  try {
    for (FileChange& change : diff_trees(&other, this)) result.push_back(std::move(change.path));
  } catch (const Error&) {
    return std::nullopt;  // The other tree is not here as a whole; who reads this one meets its own faults.
  }
  return result;
}

}  // namespace statelane::repo
