#pragma once

#include <map>
#include <string>

#include "repo/change_set.hpp"
#include "states/state_graph.hpp"

namespace statelane::impact {

/// States of head whose id base does not know, each with the state of base that it was: they have one backend identity,
/// and head no longer has the other id. Each state of base is taken once, in the order of ids. Identities that are not
/// wholly known match nothing. Work grows with the number of states.
std::map<std::string, std::string> find_moves(const states::StateGraph& base, const states::StateGraph& head);

/// States of head that have the files of a state that left, by content id (alike files are given one), but another
/// backend identity: applied as they are they would make everything anew, and what the other made would be nobody's.
/// Each with the id in base. `moves` are left out. A state has another's files when most of those configuration files
/// that few others share are there again. Where a change has no content id of head it matches nothing.
std::map<std::string, std::string> find_orphaning_moves(const states::StateGraph& base, const states::StateGraph& head,
                                                        const repo::ChangeSet& changes,
                                                        const std::map<std::string, std::string>& moves);

}  // namespace statelane::impact
