#pragma once

#include <string>
#include <vector>

#include "impact/impact.hpp"

namespace statelane::pipeline {

/// A chain as one line for people, from the changed path to the state:
/// `modules/vpc/main.tf changed, in a module called at network/prod/main.tf:12`. Paths are written as they are.
std::string describe_cause(const impact::Cause& cause);

/// One step of a chain in the same words.
std::string describe_step(const impact::CauseStep& step);

/// Why a state is compared with another commit than the rest, and what else its plan will contain; a line each.
std::vector<std::string> describe_pending(const impact::Affected& affected);

}  // namespace statelane::pipeline
