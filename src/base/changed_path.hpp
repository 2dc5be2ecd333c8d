#pragma once

#include "base/repo_path.hpp"

namespace statelane {

enum class ChangeKind { added, modified, deleted };

/// One path that differs between two trees. A rename is a deletion and an addition.
struct ChangedPath {
  RepoPath path;
  ChangeKind kind = ChangeKind::modified;

  friend bool operator==(const ChangedPath&, const ChangedPath&) = default;
};

}  // namespace statelane
