#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace statelane::emit {

/// `{from, to}`: "from depends on to".
using NodePair = std::pair<std::size_t, std::size_t>;

/// Where a node stands: its layer, from left to right, and its row.
struct Cell {
  std::size_t layer = 0;
  std::size_t row = 0;

  friend bool operator==(const Cell&, const Cell&) = default;
};

/// Lays out `count` nodes in layers: each edge goes from a later layer to an earlier one, but for those that close a
/// circle. As in an outline, a node follows the last of its dependencies: the first on its row, the others below.
/// The same input gives the same layout.
std::vector<Cell> lay_out(std::size_t count, std::span<const NodePair> edges);

/// Which edges say nothing that the others do not: another way leads to the same end. What closes a circle stays.
std::vector<bool> find_implied(std::size_t count, std::span<const NodePair> edges);

}  // namespace statelane::emit
