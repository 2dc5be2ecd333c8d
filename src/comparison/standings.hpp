#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "applied/ledger.hpp"
#include "comparison/branch_line.hpp"
#include "comparison/loaded_tree.hpp"
#include "impact/impact.hpp"
#include "repo/repository.hpp"

namespace statelane::comparison {

/// How what was applied last stands to a commit of the branch.
enum class Standing {
  applied,        ///< nothing to do
  pending,        ///< its inputs differ from those that were applied last
  failed,         ///< a try after the last success failed: what the world is now nobody knows
  never_applied,  ///< its first gate was never pressed, or its environment was stopped
  left_behind,    ///< it was applied once, and is not in the repository now
  foreign,        ///< it was deployed from elsewhere
  unknown,        ///< nothing can be said; `text` has the reason
};

struct StateStanding {
  std::string id;
  Standing standing = Standing::unknown;
  applied::Record record{};
  std::string text{};  ///< why it is unknown, or what has to be known beside; a phrase
  /// Nothing says when it was applied, and it was there before the project's first record: what the push changes
  /// decides.
  bool is_left_to_push = false;
  /// What a pipeline of the branch offers; empty: nothing.
  std::optional<impact::Affected> affected{};
  std::vector<std::size_t> commits{};  ///< that touch it since what was applied last: positions in `Standings::line`
};

/// A state that is not in the repository now, and what of it is needed to destroy it.
struct LeftState {
  states::State state;
  std::vector<std::string> dependencies{};  ///< ids
  std::vector<std::string> dependents{};
};

struct Standings {
  std::vector<StateStanding> states{};  ///< sorted by id
  BranchLine line{};
  std::vector<LeftState> left{};  ///< those of `states` that stand as left behind and can be destroyed
  Diagnostics diagnostics{};      ///< about what the bases of their own have

  const StateStanding* find(const std::string& id) const;
};

/// Compared with what, and how.
struct StandingRequest {
  bool ignore_format = true;
  std::chrono::milliseconds fetch_timeout{60'000};
  std::string branch{};                         ///< whose records count
  std::optional<std::set<std::string>> only{};  ///< these states alone; absent: all
};

/// How each state of `head`, the tree of `commit`, stands, and those that it has left behind. Commits that the clone
/// lacks are fetched by their ids, all in few requests; trees alone decide, no ancestry. A state whose applied commit
/// is not to be had is offered: in doubt wider.
Standings find_standings(const repo::Repository& repository, const LoadedTree& head, const repo::CommitId& commit,
                         const applied::Ledger& ledger, const StandingRequest& request, facts::FactStore& facts);

/// What the ledger has to be asked: every state of the graph that is applied on `branch`, or all with an empty one.
std::vector<applied::Wanted> find_wanted(const states::StateGraph& graph, const std::string& branch,
                                         const std::string& default_branch);

}  // namespace statelane::comparison
