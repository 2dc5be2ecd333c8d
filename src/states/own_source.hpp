#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/repo_path.hpp"

namespace statelane::states {

/// A module of this very repository that is called by the repository's address.
struct OwnSource {
  RepoPath directory;
  std::string ref;  ///< empty: the default branch
};

/// What of a git address tells one repository from another: host and path, whatever way leads there (`https`, `ssh`,
/// `git@host:path`). The host in lower case, without user, port, `.git` and slashes at the end.
std::string normalise_repository(std::string_view address);

/// `source`, a module's, names a directory of the repository that has one of `addresses`.
/// Source: https://developer.hashicorp.com/terraform/language/modules/sources#generic-git-repository
std::optional<OwnSource> find_own_source(std::string_view source, std::span<const std::string> addresses);

/// What of this repository a source may name of which only the beginning is known.
struct OwnBeginning {
  RepoPath directory;
  bool is_whole = false;  ///< the directory itself, by a reference that is not known; else any one below it
};

/// Empty where the source names another repository, whatever follows.
std::optional<OwnBeginning> find_own_beginning(std::string_view beginning, std::span<const std::string> addresses);

/// A commit's whole id.
bool is_commit_id(std::string_view ref);

}  // namespace statelane::states
