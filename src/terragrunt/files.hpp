#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hcl/value.hpp"
#include "repo/links.hpp"
#include "repo/tree.hpp"

namespace statelane::terragrunt {

/// The files of a tree as Terragrunt sees them: with the directories that `stack generate` would copy, which need not
/// be in the tree. A path there is read from its template.
class Files {
 public:
  enum class Kind { none, file, directory };

  explicit Files(const repo::Tree& tree) : tree_(tree) {}

  const repo::Tree& tree() const { return tree_; }

  /// Everything at and below `source` appears at `target` too. False when something is generated there already.
  bool mount(const RepoPath& target, const RepoPath& source);

  /// Where in the tree `path` is read from; itself outside generated directories.
  RepoPath origin(const RepoPath& path) const;

  /// What is there when links are followed.
  Kind kind(const RepoPath& path) const;

  /// The bytes of a file, links followed; empty when there is none.
  std::optional<std::string> read(const RepoPath& path) const;

  /// git's id of what `read` gives; zero when there is no file.
  ContentId content_id(const RepoPath& path) const;

 private:
  repo::Resolved resolve(const RepoPath& path) const;

  const repo::Tree& tree_;
  std::map<RepoPath, RepoPath> mounts_;  ///< generated directory → the directory of the tree that it is copied from
};

/// The absolute path of a place in the repository, for folding.
std::string absolute_text(const RepoPath& path);

/// The text of a value that is one text on every machine, but for where the repository lies.
std::optional<std::string> definite_text(const hcl::Value& value);

/// The path that `text` names, read from `from`; empty when it lies outside the repository.
std::optional<RepoPath> to_path(std::string_view text, const RepoPath& from);

}  // namespace statelane::terragrunt
