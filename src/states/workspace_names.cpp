#include "states/workspace_names.hpp"

#include <algorithm>
#include <set>

#include "terraform/file_names.hpp"
#include "terraform/read_facts.hpp"
#include "terraform/workspace_names.hpp"

namespace statelane::states {

WorkspaceNames find_workspace_names(const repo::Tree& tree, const ScannedDirectory& directory) {
  std::set<std::string> names;
  for (const std::string& name : directory.configuration) {
    const RepoPath path = directory.path.child(name);
    if (terraform::syntax_of(name) == terraform::Syntax::json || tree.size(path) > terraform::largest_configuration)
      continue;
    names.merge(terraform::find_workspace_names(tree.read(path)));
  }
  WorkspaceNames result;
  result.has_prefix =
      std::any_of(names.begin(), names.end(), [](const std::string& name) { return name.starts_with('-'); });
  for (const std::string& name : names) {
    if (result.has_prefix != name.starts_with('-')) continue;
    result.names.push_back(result.has_prefix ? name.substr(1) : name);
  }
  std::erase(result.names, "");
  return result;
}

}  // namespace statelane::states
