#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/repo_path.hpp"
#include "config/config.hpp"
#include "states/scan.hpp"
#include "states/state.hpp"

namespace statelane::states {

/// What the configuration itself keeps from being states.
struct KeptOut {
  std::vector<std::string> excluded{};        ///< ids
  std::vector<RepoPath> without_instances{};  ///< told of already: a rule asks for instances, and there are none
};

/// Warns of what `.statelane.yml` says and nothing in the tree answers to, which mostly is a slip: globs of `include`,
/// `exclude` and `match`, inputs, and variable and backend files that no state of their rule has. Also of what it says
/// of states that cannot be meant: directories that `include` makes states though what they store is lost with the job.
void check_settings(const config::Config& config, const Scan& scan, std::span<const State> states,
                    const KeptOut& kept_out, Diagnostics& diagnostics);

}  // namespace statelane::states
