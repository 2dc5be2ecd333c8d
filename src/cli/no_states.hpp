#pragma once

#include "states/load_states.hpp"

namespace statelane::cli {

/// Where a tree has no state, says on standard error why that is and how to make some. Nothing where it has one.
void write_no_states_hint(const states::LoadedStates& loaded);

}  // namespace statelane::cli
