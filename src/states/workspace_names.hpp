#pragma once

#include <string>
#include <vector>

#include "states/module_index.hpp"

namespace statelane::states {

/// Names of workspaces that a configuration tells apart.
struct WorkspaceNames {
  std::vector<std::string> names{};  ///< sorted
  bool has_prefix = false;           ///< the workspace is the directory's name, a dash and one of them
};

/// The names that the files of a module compare `terraform.workspace` with (`==`, `!=`, `contains`), or look it up
/// by (`{…}[terraform.workspace]`, `lookup`). A text that begins with a dash is the end of a workspace's name.
WorkspaceNames find_workspace_names(const Module& module);

}  // namespace statelane::states
