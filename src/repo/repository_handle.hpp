#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "repo/git_program.hpp"
#include "repo/object_store.hpp"
#include "repo/repository.hpp"

namespace statelane::repo {

/// An open repository. `library` is null when libgit2 refuses it; then every question goes to the `git` program.
struct Repository::Handle {
  GitRepository library{};
  std::filesystem::path git_directory{};     ///< of this work tree
  std::filesystem::path common_directory{};  ///< shared by all work trees
  std::optional<std::filesystem::path> work_tree{};
  std::optional<ObjectStore> objects{};

  GitPlace place() const { return {GitPlace::Kind::git_directory, git_directory}; }
};

/// What this program needs of a commit object.
struct CommitLinks {
  ContentId tree;
  std::vector<CommitId> parents;
};

/// Throws `Error` when `commit` is no id, or is not here; how to get it is in the hints.
CommitLinks read_commit(ObjectStore& objects, const CommitId& commit);

/// The commits whose parents a shallow clone left out; empty in a full clone.
std::vector<CommitId> read_shallow_boundary(const std::filesystem::path& common_directory);

}  // namespace statelane::repo
