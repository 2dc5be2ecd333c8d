#pragma once

#include <set>
#include <span>

#include "config/config.hpp"
#include "repo/tree.hpp"
#include "states/module_index.hpp"
#include "states/scan.hpp"

namespace statelane::states {

/// What the closure of each state is taken from.
struct Sources {
  const repo::Tree& tree;
  const Scan& scan;
  ModuleIndex& modules;
  const std::set<RepoPath>& state_directories;
  const config::Config& config;
  Trace* trace = nullptr;  ///< notes what is asked of `scan` and `state_directories`; null: nothing is noted

  /// The directory `path` as it was scanned; null when there is none.
  const ScannedDirectory* find_directory(const RepoPath& path) const;
  std::span<const RepoPath> links_below(const RepoPath& directory) const;
  std::span<const RepoPath> submodules_below(const RepoPath& directory) const;
  std::span<const ScannedDirectory> directories_below(const RepoPath& directory) const;
  bool is_state_directory(const RepoPath& directory) const;
};

}  // namespace statelane::states
