#pragma once

#include <map>
#include <string>

#include "impact/impact.hpp"

namespace statelane::impact {

/// Deleted states that look moved though nothing has their backend identity: at least half of the configuration files
/// in the state's directory are there, by content id (alike files are given one), in the directory of a new state.
/// Deleted id → new id. A guess, for warnings and for what must not be done on a guess.
std::map<std::string, std::string> find_successors(const Impact& impact, const states::StateGraph& base,
                                                   const states::StateGraph& head, const repo::ChangeSet& changes);

}  // namespace statelane::impact
