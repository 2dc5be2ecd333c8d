#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"
#include "cli/read_trees.hpp"

namespace statelane::cli {

/// Tells which of the lanes `ids` are of Terragrunt's units, whose jobs the helper refuses to run. Without the helper
/// plain Terraform would run in the unit's directory: that is an error.
void check_unit_lanes(const LoadedTree& head, const std::vector<std::string>& ids, const Options& options,
                      Diagnostics& diagnostics);

/// Throws where the state is a unit of Terragrunt.
void refuse_unit(const states::State& state);

}  // namespace statelane::cli
