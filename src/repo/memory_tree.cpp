#include "repo/memory_tree.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "repo/object_id.hpp"

namespace statelane::repo {

namespace {

std::string_view git_mode(EntryKind kind) {
  switch (kind) {
    case EntryKind::file: return "100644";
    case EntryKind::executable: return "100755";
    case EntryKind::symlink: return "120000";
    case EntryKind::directory: return "40000";
    case EntryKind::submodule: return "160000";
  }
  return "100644";
}

/// A tree object as git writes it: directories are sorted as if their name ended in a slash.
ContentId id_of_directory(std::vector<TreeEntry> entries) {
  const auto key = [](const TreeEntry& entry) {
    return entry.kind == EntryKind::directory ? entry.name + "/" : entry.name;
  };
  std::sort(entries.begin(), entries.end(),
            [&](const TreeEntry& left, const TreeEntry& right) { return key(left) < key(right); });
  std::string bytes;
  for (const TreeEntry& entry : entries) {
    bytes += git_mode(entry.kind);
    bytes += ' ';
    bytes += entry.name;
    bytes += '\0';
    bytes.append(reinterpret_cast<const char*>(entry.id.bytes.data()), 20);
  }
  return tree_id(bytes);
}

ContentId id_of_file(const MemoryTree::File& file) {
  return file.kind == EntryKind::submodule ? parse_object_id(file.content) : blob_id(file.content);
}

}  // namespace

MemoryTree::MemoryTree(std::map<RepoPath, File> files) : files_(std::move(files)) {
  std::map<RepoPath, std::vector<TreeEntry>> directories;
  directories[RepoPath()];
  for (const auto& [path, file] : files_) {
    directories[path.parent()].push_back({std::string(path.name()), file.kind, id_of_file(file)});
    for (RepoPath place = path.parent(); !place.is_root(); place = place.parent()) directories[place];
  }
  // Deepest first, so that each directory's id is known when its parent is made.
  std::vector<RepoPath> paths;
  for (const auto& [path, entries] : directories) paths.push_back(path);
  std::sort(paths.begin(), paths.end(), [](const RepoPath& left, const RepoPath& right) {
    const auto depth = [](const RepoPath& path) { return std::count(path.str().begin(), path.str().end(), '/'); };
    return std::pair(depth(left), left) > std::pair(depth(right), right);
  });
  for (const RepoPath& path : paths) {
    if (path.is_root()) continue;
    directories[path.parent()].push_back(
        {std::string(path.name()), EntryKind::directory, id_of_directory(directories[path])});
  }
  for (auto& [path, entries] : directories) {
    std::sort(entries.begin(), entries.end(),
              [](const TreeEntry& left, const TreeEntry& right) { return left.name < right.name; });
    directories_.emplace(path, std::move(entries));
  }
}

std::span<const TreeEntry> MemoryTree::list(const RepoPath& directory) const {
  const auto found = directories_.find(directory);
  return found == directories_.end() ? std::span<const TreeEntry>{} : found->second;
}

std::string MemoryTree::read(const RepoPath& path) const {
  const auto found = files_.find(path);
  if (found == files_.end() || found->second.kind == EntryKind::submodule) {
    throw Error(ErrorKind::environment, "cannot read " + path.display() + ": no such file");
  }
  return found->second.content;
}

ContentId MemoryTree::content_id(const RepoPath& path) const {
  if (path.is_root()) {
    const auto root = list(path);
    return id_of_directory({root.begin(), root.end()});
  }
  const auto entry = find(path);
  return entry ? entry->id : ContentId{};
}

}  // namespace statelane::repo
