#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "base/content_id.hpp"
#include "repo/tree.hpp"
#include "states/path_table.hpp"

namespace statelane::states {

/// Where a tree differs from an earlier one.
class ChangedPaths {
 public:
  /// Nothing is known: everything may differ.
  ChangedPaths() = default;

  /// Where `tree` differs from the tree object `earlier`, which is zero when there was none.
  ChangedPaths(const repo::Tree& tree, const ContentId& earlier);

  /// Something at `path` or below it may differ: a file, or whether there is one.
  bool touches(std::string_view path) const { return !are_known_ || paths_.contains(path); }
  bool touches(const RepoPath& path) const { return touches(std::string_view(path.str())); }

 private:
  bool are_known_ = false;
  PathSet paths_;  ///< the files that differ and the directories above them
};

}  // namespace statelane::states
