#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

#include "repo/tree.hpp"

struct git_odb;

namespace statelane::repo {

/// The tree of a commit, read straight from git's objects. Trees are parsed once and kept.
class CommitTree : public Tree {
 public:
  /// Gives an object's bytes when the object database does not have it (a partial clone); throws when nobody has it.
  using ReadMissing = std::function<std::string(const std::string& hex_id)>;

  /// `odb` outlives the tree. `name` says in messages which commit it is.
  CommitTree(git_odb* odb, const ContentId& root, std::string name, ReadMissing read_missing);

  std::span<const TreeEntry> list(const RepoPath& directory) const override;
  std::string read(const RepoPath& path) const override;
  ContentId content_id(const RepoPath& path) const override;

 private:
  std::string read_object(const ContentId& id, const RepoPath& path) const;

  git_odb* odb_;
  ContentId root_;
  std::string name_;
  ReadMissing read_missing_;
  mutable std::unordered_map<RepoPath, std::vector<TreeEntry>> directories_;
};

}  // namespace statelane::repo
