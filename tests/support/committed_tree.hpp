#pragma once

#include <list>

#include "base/digest.hpp"
#include "repo/change_set.hpp"
#include "repo/memory_tree.hpp"

namespace statelane::support {

/// Trees as commits have them: each with an id, and compared with each other by it.
class Commits {
 public:
  class Tree : public repo::MemoryTree {
   public:
    Tree(std::map<RepoPath, File> files, const Commits& commits) : MemoryTree(std::move(files)), commits_(commits) {}

    ContentId content_id(const RepoPath& path) const override {
      return path.is_root() ? id_ : MemoryTree::content_id(path);
    }

    std::optional<std::vector<RepoPath>> differences_from(const ContentId& root) const override {
      for (const Tree& earlier : commits_.trees_) {
        if (earlier.id_ != root) continue;
        std::vector<RepoPath> result;
        for (const repo::FileChange& change : repo::diff_trees(&earlier, this)) result.push_back(change.path);
        return result;
      }
      return std::nullopt;
    }

   private:
    friend class Commits;
    const Commits& commits_;
    ContentId id_;
  };

  const Tree& add(const std::map<RepoPath, repo::MemoryTree::File>& files) {
    Tree& tree = trees_.emplace_back(files, *this);
    Sha256 digest;
    for (const auto& [path, file] : files) {
      digest.add_field(path.str());
      digest.add_field(file.content);
      digest.add_field(std::to_string(static_cast<int>(file.kind)));
    }
    tree.id_ = ContentId::from_bytes(digest.finish());
    return tree;
  }

 private:
  std::list<Tree> trees_;
};

}  // namespace statelane::support
