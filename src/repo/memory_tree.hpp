#pragma once

#include <map>
#include <unordered_map>

#include "repo/tree.hpp"

namespace statelane::repo {

/// A tree made of strings. Its content ids are those git would give the same files (SHA-1), directories included. No
/// path may lie below the path of a file.
class MemoryTree : public Tree {
 public:
  struct File {
    std::string content;  ///< for a symbolic link its target, for a submodule its commit as 40 digits
    EntryKind kind = EntryKind::file;
  };

  MemoryTree() = default;
  explicit MemoryTree(std::map<RepoPath, File> files);

  std::span<const TreeEntry> list(const RepoPath& directory) const override;
  std::string read(const RepoPath& path) const override;
  ContentId content_id(const RepoPath& path) const override;

 private:
  std::map<RepoPath, File> files_;
  std::unordered_map<RepoPath, std::vector<TreeEntry>> directories_;
};

}  // namespace statelane::repo
