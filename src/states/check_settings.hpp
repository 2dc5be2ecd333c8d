#pragma once

#include <span>

#include "base/diagnostics.hpp"
#include "config/config.hpp"
#include "states/scan.hpp"
#include "states/state.hpp"

namespace statelane::states {

/// Warns of what `.statelane.yml` says and nothing in the tree answers to, which mostly is a slip: globs of `include`,
/// `exclude` and `match`, inputs, and variable and backend files that no state of their rule has.
void check_settings(const config::Config& config, const Scan& scan, std::span<const State> states,
                    Diagnostics& diagnostics);

}  // namespace statelane::states
