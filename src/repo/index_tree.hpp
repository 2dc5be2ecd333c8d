#pragma once

#include <map>
#include <unordered_map>

#include "repo/tree.hpp"

namespace statelane::repo {

class ObjectStore;

/// The files of git's index, their bytes read from git's objects. Directories have no content ids.
class IndexTree : public Tree {
 public:
  /// `files`: every entry with its id. `objects` outlives the tree.
  IndexTree(const std::map<RepoPath, TreeEntry>& files, ObjectStore& objects);

  std::span<const TreeEntry> list(const RepoPath& directory) const override;
  std::string read(const RepoPath& path) const override;
  std::uint64_t size(const RepoPath& path) const override;
  ContentId content_id(const RepoPath& path) const override;

 private:
  ObjectStore& objects_;
  std::unordered_map<RepoPath, std::vector<TreeEntry>> directories_;
};

}  // namespace statelane::repo
