#pragma once

#include <set>
#include <vector>

#include "states/scan.hpp"

namespace statelane::states {

/// Files of variable values below a state directory that Terraform does not load by itself there, sorted: in
/// directories without configuration, and not below another state, `tests` or `examples`.
std::vector<RepoPath> find_unloaded_variable_files(const Scan& scan, const RepoPath& directory,
                                                   const std::set<RepoPath>& state_directories);

}  // namespace statelane::states
