#pragma once

#include <string>
#include <vector>

#include "repo/change_set.hpp"
#include "states/state_graph.hpp"

namespace statelane::impact {

/// A changed path that lies where a state reads, and still is no input of it.
struct NearMiss {
  RepoPath path;
  states::Exclusion why = states::Exclusion::none;  ///< `none`: it lies beside the file `input`
  RepoPath input;                                   ///< the directory or file of the state's that it lies in or beside
  std::string state;                                ///< for `other_state`: whose it is

  friend auto operator<=>(const NearMiss&, const NearMiss&) = default;
};

/// Each changed path that comes near to the state `state` of `graph`, once, with the first reason why it is no input;
/// sorted by path.
std::vector<NearMiss> find_near_misses(const states::StateGraph& graph, std::uint32_t state,
                                       const repo::ChangeSet& changes);

}  // namespace statelane::impact
