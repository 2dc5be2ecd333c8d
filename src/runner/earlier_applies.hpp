#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runner/guards.hpp"
#include "runner/lane.hpp"

namespace statelane::runner {

/// Applies that come before this one in its pipeline (`slugs`, separated by blanks) and left no record, or the record
/// of a failure. GitLab goes on behind a job that may fail, which an optional gate is: without a record nobody knows
/// what the plan's dependencies hold. A damaged record is told as such where outputs are compared.
std::vector<Refusal> find_missing_applies(const LaneDescription& lane, std::string_view slugs);

}  // namespace statelane::runner
