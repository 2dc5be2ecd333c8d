#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "repo/tree.hpp"
#include "states/state.hpp"

namespace statelane::states {

/// What of a state's own configuration a change touches.
struct TouchedConfiguration {
  std::set<RepoPath> files;   ///< configuration files of its directory that differ
  std::vector<Place> places;  ///< where its configuration calls or reads what differs; lines of either side
};

/// The outputs of the root module in `directory` whose values the change may alter, by syntax: those that lead, through
/// everything that they mention on either side, to a block that differs. Empty when it cannot be told: a file with
/// faults or in JSON, a change of a provider or of settings. An output that hangs on a data source or a
/// module counts as soon as a resource or module differs: what it finds may be that.
std::optional<std::set<std::string>> find_changed_outputs(const repo::Tree& base, const repo::Tree& head,
                                                          const RepoPath& directory,
                                                          const TouchedConfiguration& touched);

/// The outputs that the `terraform_remote_state` block at `place` is read for, by all files of its directory. Empty
/// when it cannot be told.
std::optional<std::set<std::string>> find_read_outputs(const repo::Tree& tree, const Place& place);

}  // namespace statelane::states
