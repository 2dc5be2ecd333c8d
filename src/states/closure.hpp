#pragma once

#include <vector>

#include "states/backend_identity.hpp"
#include "states/instances.hpp"
#include "states/sources.hpp"
#include "states/state.hpp"
#include "states/workspace_names.hpp"

namespace statelane::states {

/// One stored state that a configuration reads.
struct RemoteRead {
  BackendIdentity wanted;
  bool is_alternative = false;  ///< one of several possibilities of a value that is not known
  bool has_password = false;    ///< the configuration says with which one it is read
  Place place;

  friend bool operator==(const RemoteRead&, const RemoteRead&) = default;
};

/// A directory whose states a unit waits for.
struct UnitDependency {
  RepoPath directory;
  Place place;

  friend auto operator<=>(const UnitDependency&, const UnitDependency&) = default;
};

/// Everything that one state's result depends on, and which stored states it reads.
struct Closure {
  std::vector<Input> inputs;                   ///< sorted by kind, path and glob
  std::vector<RemoteRead> reads;               ///< in the order in which they were met, without duplicates
  std::vector<Unknown> unknown;                ///< sorted
  BackendSettings backend;                     ///< type empty where there is no backend block
  std::vector<UnitDependency> dependencies{};  ///< of units
  bool reads_workspace = false;                ///< `terraform.workspace` stands somewhere in its configuration
  WorkspaceNames workspace_names{};            ///< where it does: those that its own files tell apart
};

/// The closure of one instance of a state directory. Modules are followed to any depth, circles included; each is
/// looked at once for every set of arguments that it is called with, up to `most_calls_of_a_module`, and past that once
/// with unknown arguments.
Closure find_closure(const Sources& sources, const RepoPath& directory, const Instance& instance,
                     const config::Settings& settings);

/// Which tool a lane runs, as far as the configuration says; without a word of it either may be meant.
terraform::Tool tool_of(const config::Settings& settings);

}  // namespace statelane::states
