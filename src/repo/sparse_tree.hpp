#pragma once

#include <filesystem>
#include <map>
#include <unordered_map>

#include "repo/disk_tree.hpp"

namespace statelane::repo {

class ObjectStore;

/// The work tree of a sparse checkout: what is on disk, and below that what the index holds without a file on disk,
/// read from git's objects. Otherwise every state outside the sparse patterns would look deleted.
class SparseTree : public Tree {
 public:
  /// `absent`: the files that git left out, with their ids. What lies on disk all the same wins. `objects` outlives the
  /// tree.
  SparseTree(std::filesystem::path root, const std::map<RepoPath, TreeEntry>& absent, ObjectStore& objects);

  std::span<const TreeEntry> list(const RepoPath& directory) const override;
  std::string read(const RepoPath& path) const override;
  std::uint64_t size(const RepoPath& path) const override;
  ContentId content_id(const RepoPath& path) const override;

 private:
  DiskTree disk_;
  ObjectStore& objects_;
  std::unordered_map<RepoPath, std::map<std::string, TreeEntry>>
      absent_;  ///< by directory and name, directories included
  mutable std::unordered_map<RepoPath, std::vector<TreeEntry>> directories_;
};

}  // namespace statelane::repo
