#pragma once

#include <span>

#include "base/diagnostics.hpp"
#include "config/config.hpp"
#include "states/scan.hpp"
#include "states/state.hpp"

namespace statelane::states {

/// Warns of what `.statelane.yml` says and nothing in the tree answers to, which mostly is a slip: globs of `include`,
/// `exclude` and `match`, inputs, and variable and backend files that no state of their rule has. `excluded`: ids of
/// states that the configuration leaves out. Also of what it says of states that cannot be meant: directories that
/// `include` makes states though what they store is lost with the job.
void check_settings(const config::Config& config, const Scan& scan, std::span<const State> states,
                    std::span<const std::string> excluded, Diagnostics& diagnostics);

}  // namespace statelane::states
