#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/repo_path.hpp"
#include "repo/tree.hpp"
#include "states/changed_paths.hpp"

namespace statelane::states {

/// What the names in one directory say.
struct ScannedDirectory {
  RepoPath path;
  std::vector<std::string>
      configuration;                   ///< configuration files in the order in which they are loaded, overrides last
  std::vector<std::string> variables;  ///< files of variable values, sorted
  std::vector<std::string> others;     ///< all other files, links and submodules, sorted
  bool has_lock_file = false;
  bool has_infrastructure = false;  ///< a file here has an infrastructure name
};

/// All directories of a tree by names alone: no file is read.
struct Scan {
  std::vector<ScannedDirectory> directories;  ///< every directory, sorted by path
  std::vector<RepoPath> links;                ///< every symbolic link, sorted
  std::vector<RepoPath> submodules;           ///< every submodule, sorted

  /// The directory `path`; null when there is none.
  const ScannedDirectory* find(const RepoPath& path) const;

  /// The directories below `path`, itself included, as a range of `directories`.
  std::span<const ScannedDirectory> below(const RepoPath& path) const;

  /// The links below `path`, as a range of `links`.
  std::span<const RepoPath> links_below(const RepoPath& path) const;

  /// The submodules below `path`, as a range of `submodules`.
  std::span<const RepoPath> submodules_below(const RepoPath& path) const;

  /// A configuration file directly in `directory` is a symbolic link.
  bool has_linked_configuration(const RepoPath& directory) const;
};

/// Walks the tree. `.terraform` directories are not entered, submodules are not entered. Directories that nothing in
/// `changed` touches are taken from `earlier`, the scan of the tree that `changed` starts from, without reading them.
Scan scan_tree(const repo::Tree& tree, const Scan& earlier = {}, const ChangedPaths& changed = {});

}  // namespace statelane::states
