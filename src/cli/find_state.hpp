#pragma once

#include <string>

#include "base/repo_path.hpp"
#include "repo/repository.hpp"
#include "states/state_graph.hpp"

namespace statelane::cli {

/// A path as the user types it, relative to the current directory. Throws `Error` (usage) when it leaves the
/// repository. In a bare repository paths are relative to the root.
RepoPath to_repo_path(const repo::Repository& repository, const std::string& typed);

/// The state that the user means: an id, or a path to its directory. Throws `Error` (usage) with a suggestion when
/// there is none or several.
std::uint32_t find_state(const states::StateGraph& graph, const repo::Repository& repository, const std::string& typed);

}  // namespace statelane::cli
