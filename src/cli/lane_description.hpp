#pragma once

#include <cstdint>
#include <filesystem>

#include "cli/read_trees.hpp"
#include "runner/lane.hpp"

namespace statelane::cli {

/// What the job helper has to know of a state's lane. `project` is the top of the work tree.
runner::LaneDescription describe_lane(const LoadedTree& side, std::uint32_t state,
                                      const std::filesystem::path& project);

}  // namespace statelane::cli
