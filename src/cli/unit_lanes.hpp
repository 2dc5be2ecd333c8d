#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"
#include "cli/read_trees.hpp"

namespace statelane::cli {

/// Tells which of the lanes `ids` are of Terragrunt's units, where jobs run without the helper: plain Terraform would
/// run in the unit's directory.
void check_unit_lanes(const LoadedTree& head, const std::vector<std::string>& ids, const Options& options,
                      Diagnostics& diagnostics);

}  // namespace statelane::cli
