#pragma once

#include <set>
#include <vector>

#include "repo/tree.hpp"
#include "states/backend_identity.hpp"
#include "states/instances.hpp"
#include "states/module_index.hpp"
#include "states/scan.hpp"
#include "states/state.hpp"

namespace statelane::states {

/// One stored state that a configuration reads.
struct RemoteRead {
  BackendIdentity wanted;
  bool is_alternative = false;  ///< one of several possibilities of a value that is not known
  Place place;

  friend bool operator==(const RemoteRead&, const RemoteRead&) = default;
};

/// Everything that one state's result depends on, and which stored states it reads.
struct Closure {
  std::vector<Input> inputs;      ///< sorted by kind, path and glob
  std::vector<RemoteRead> reads;  ///< in the order in which they were met, without duplicates
  std::vector<Unknown> unknown;   ///< sorted
  BackendSettings backend;        ///< type empty where there is no backend block
};

/// What the closure of each state is taken from.
struct Sources {
  const repo::Tree& tree;
  const Scan& scan;
  ModuleIndex& modules;
  const std::set<RepoPath>& state_directories;
  const config::Config& config;
  Trace* trace = nullptr;  ///< notes what is asked of `scan` and `state_directories`; null: nothing is noted

  std::span<const RepoPath> links_below(const RepoPath& directory) const;
  std::span<const ScannedDirectory> directories_below(const RepoPath& directory) const;
  bool is_state_directory(const RepoPath& directory) const;
};

/// The closure of one instance of a state directory. Modules are followed to any depth, circles included; each is
/// looked at once for every set of arguments that it is called with, up to `most_calls_of_a_module`, and past that once
/// with unknown arguments.
Closure find_closure(const Sources& sources, const RepoPath& directory, const Instance& instance,
                     const config::Settings& settings);

/// Which tool a lane runs, as far as the configuration says; without a word of it either may be meant.
terraform::Tool tool_of(const config::Settings& settings);

inline constexpr std::size_t most_calls_of_a_module = 64;

}  // namespace statelane::states
