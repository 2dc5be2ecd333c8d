#pragma once

#include <memory>
#include <string>

#include "repo/memory_tree.hpp"

namespace statelane::repo {

/// A tree with another file of its root in the place of what stands there, or beside all else.
class OverlayTree : public Tree {
 public:
  OverlayTree(std::unique_ptr<Tree> below, std::string name, std::string content);

  std::span<const TreeEntry> list(const RepoPath& directory) const override;
  std::string read(const RepoPath& path) const override;
  std::uint64_t size(const RepoPath& path) const override;
  std::vector<std::size_t> read_all(std::span<const RepoPath> paths, std::uint64_t most_bytes,
                                    const Take& take) const override;
  /// Zero for the root, which no commit has.
  ContentId content_id(const RepoPath& path) const override;
  std::optional<std::vector<RepoPath>> differences_from(const ContentId& root) const override;

 private:
  std::unique_ptr<Tree> below_;
  RepoPath path_;
  MemoryTree file_;
  mutable std::vector<TreeEntry> root_;  ///< listed when it is first asked for
};

}  // namespace statelane::repo
