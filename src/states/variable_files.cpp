#include "states/variable_files.hpp"

#include <algorithm>

#include "terraform/file_names.hpp"

namespace statelane::states {

namespace {

/// `place`, below `directory`, belongs to something else: a state, a module, tests or examples.
bool is_elsewhere(const Scan& scan, RepoPath place, const RepoPath& directory,
                  const std::set<RepoPath>& state_directories) {
  for (; place != directory; place = place.parent()) {
    const ScannedDirectory* scanned = scan.find(place);
    const bool holds_configuration = scanned != nullptr && !scanned->configuration.empty();
    if (holds_configuration || state_directories.contains(place)) return true;
    if (place.name() == "tests" || place.name() == "examples") return true;
  }
  return false;
}

}  // namespace

std::vector<RepoPath> find_unloaded_variable_files(const Scan& scan, const RepoPath& directory,
                                                   const std::set<RepoPath>& state_directories) {
  std::vector<RepoPath> result;
  for (const ScannedDirectory& scanned : scan.below(directory)) {
    const bool is_own = scanned.path == directory;
    if (scanned.variables.empty() || (!is_own && directory.is_root())) continue;
    if (is_elsewhere(scan, scanned.path, directory, state_directories)) continue;
    for (const std::string& name : scanned.variables) {
      if (is_own && terraform::is_automatic_variable_name(name)) continue;
      if (name.starts_with("backend")) continue;
      result.push_back(scanned.path.child(name));
    }
  }
  std::sort(result.begin(), result.end());
  return result;
}

}  // namespace statelane::states
