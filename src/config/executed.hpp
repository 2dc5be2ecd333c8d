#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"

namespace statelane::config {

/// What of a configuration another branch decides. What is executed: `tool`, `commands`, `after_plan`, `job`,
/// `plan_environment`, `pipeline.jobs` and `pipeline.templates`. What is applied: `apply`, `max_destroy`, `local_state`
/// and `pipeline.deleted`.
enum class Deciding { executed, executed_and_applied };

/// `own` with those keys as `trusted` has them, rules included; all else (which states there are, what they read) stays
/// its own.
Config take_executed(const Config& own, const Config& trusted, Deciding deciding);

/// What of those keys differs, sorted: `job of "services/*"`, `pipeline.templates`. Rules count by their `match`; where
/// only their order differs, `the order of rules` does.
std::vector<std::string> find_executed_differences(const Config& one, const Config& other, Deciding deciding);

}  // namespace statelane::config
