#pragma once

#include <filesystem>
#include <unordered_map>

#include "repo/tree.hpp"

namespace statelane::repo {

/// The work tree as it stands on disk, untracked and ignored files included. `.git` and `.terraform` are not seen, at
/// no level; a directory that holds a repository of its own is a submodule, as git sees it; sockets, pipes and devices
/// are not there. Content ids are computed from the bytes, never from times or sizes, and without git's conversions
/// (line ends, filters); directories and submodules have none. What changes on disk meanwhile may be seen or not.
class DiskTree : public Tree {
 public:
  /// `root` is the top of the work tree.
  explicit DiskTree(std::filesystem::path root);

  std::span<const TreeEntry> list(const RepoPath& directory) const override;
  std::string read(const RepoPath& path) const override;
  std::uint64_t size(const RepoPath& path) const override;
  std::vector<std::size_t> read_all(std::span<const RepoPath> paths, std::uint64_t most_bytes,
                                    const Take& take) const override;
  ContentId content_id(const RepoPath& path) const override;

 private:
  const std::vector<TreeEntry>& read_directory(const RepoPath& directory) const;

  std::filesystem::path root_;
  mutable std::unordered_map<RepoPath, std::vector<TreeEntry>> directories_;
  mutable std::unordered_map<RepoPath, ContentId> ids_;
};

}  // namespace statelane::repo
