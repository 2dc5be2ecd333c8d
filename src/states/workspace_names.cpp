#include "states/workspace_names.hpp"

#include <algorithm>
#include <set>

namespace statelane::states {

WorkspaceNames find_workspace_names(const Module& module) {
  std::set<std::string_view> names;
  for (const LoadedFile& file : module.files)
    names.insert(file.facts->workspaces.begin(), file.facts->workspaces.end());
  WorkspaceNames result;
  result.has_prefix =
      std::any_of(names.begin(), names.end(), [](std::string_view name) { return name.starts_with('-'); });
  for (const std::string_view name : names) {
    if (result.has_prefix != name.starts_with('-')) continue;
    result.names.emplace_back(result.has_prefix ? name.substr(1) : name);
  }
  std::erase(result.names, "");
  return result;
}

}  // namespace statelane::states
