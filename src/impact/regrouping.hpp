#pragma once

#include <string>
#include <vector>

#include "states/state_graph.hpp"

namespace statelane::impact {

/// States of both sides, sorted ids, that may read other files in head than in base though the files are the same:
/// what they name differs, `.statelane.yml` ignores or gives them something else, or a directory below became a state
/// of its own or stopped being one. Whether they do is for the caller to find out from the trees; `find_affected` is
/// told.
std::vector<std::string> find_regrouping_candidates(const states::StateGraph& base, const states::StateGraph& head);

}  // namespace statelane::impact
