#pragma once

#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "repo/tree.hpp"

namespace statelane::repo {

class ObjectStore;

/// The tree of a commit, read straight from git's objects.
class CommitTree : public Tree {
 public:
  /// `objects` outlives the tree and its spans. `name` says in messages which commit it is.
  CommitTree(ObjectStore& objects, const ContentId& root, std::string name);

  /// A directory nested deeper than 2048, git's own limit, is told as a submodule: whoever walks a tree may recurse.
  std::span<const TreeEntry> list(const RepoPath& directory) const override;
  /// In a partial clone what is missing nearby is fetched along, more each time.
  std::string read(const RepoPath& path) const override;
  std::uint64_t size(const RepoPath& path) const override;
  std::vector<std::size_t> read_all(std::span<const RepoPath> paths, std::uint64_t most_bytes,
                                    const Take& take) const override;
  ContentId content_id(const RepoPath& path) const override;
  /// Reads the trees that differ, and no others.
  std::optional<std::vector<RepoPath>> differences_from(const ContentId& root) const override;

 private:
  std::span<const TreeEntry> read_directory(const RepoPath& directory) const;
  std::span<const TreeEntry> close(std::span<const TreeEntry> entries, std::size_t depth) const;
  void fetch_around(const RepoPath& path) const;

  ObjectStore& objects_;
  ContentId root_;
  std::string name_;
  mutable std::unordered_map<RepoPath, std::span<const TreeEntry>> directories_;
  mutable std::deque<std::vector<TreeEntry>> closed_;  ///< entries of the deepest directories
  /// Targets of links: whoever follows links comes by the same ones again and again.
  mutable std::unordered_map<ContentId, std::string> links_;
  mutable std::size_t fetch_size_ = 16;  ///< how many objects the next fetch brings at most
};

}  // namespace statelane::repo
