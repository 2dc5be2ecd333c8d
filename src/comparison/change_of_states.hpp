#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "comparison/loaded_tree.hpp"
#include "impact/impact.hpp"
#include "repo/change_set.hpp"

namespace statelane::comparison {

/// What `changes`, since the tree `base`, did to each of the `wanted` states of head, as `find_impact` would say;
/// empty: nothing. Without loading base: states of which that cannot be told are left out. Of a state that reads other
/// places than in base, the causes are those that head knows.
std::map<std::string, std::optional<impact::Affected>> find_changes_of_states(
    const repo::Tree& base, const LoadedTree& head, const repo::ChangeSet& changes, const std::set<std::string>& wanted,
    bool ignore_format, facts::FactStore& facts);

}  // namespace statelane::comparison
