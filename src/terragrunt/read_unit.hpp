#pragma once

#include <string>

#include "terragrunt/evaluation.hpp"
#include "terragrunt/unit.hpp"

namespace statelane::terragrunt {

/// Fills `unit`, whose places are set, with what its `file` says; without one nothing is known of it. `mark`: what
/// makes it, for its fingerprint.
void read_unit(Evaluation& evaluation, const std::optional<RepoPath>& file, const std::string& mark, Unit& unit);

}  // namespace statelane::terragrunt
