#pragma once

#include <filesystem>
#include <unordered_map>

#include "repo/tree.hpp"

namespace statelane::repo {

/// The work tree as it stands on disk, untracked files included. `.git` directories and `.terraform` directories are not seen.
/// Content ids are computed from the bytes, never from times or sizes; directories have none.
class DiskTree : public Tree {
 public:
  /// `root` is the top of the work tree.
  explicit DiskTree(std::filesystem::path root);

  std::span<const TreeEntry> list(const RepoPath& directory) const override;
  std::string read(const RepoPath& path) const override;
  ContentId content_id(const RepoPath& path) const override;

 private:
  std::filesystem::path root_;
  mutable std::unordered_map<RepoPath, std::vector<TreeEntry>> directories_;
  mutable std::unordered_map<RepoPath, ContentId> ids_;
};

}  // namespace statelane::repo
