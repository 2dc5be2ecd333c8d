#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace statelane::emit {

/// Where a node stands: its layer, from left to right, and its row in it.
struct Cell {
  std::size_t layer = 0;
  std::size_t row = 0;

  friend bool operator==(const Cell&, const Cell&) = default;
};

/// Lays out `count` nodes in layers: each `{from, to}` ("from depends on to") goes from a later layer to an earlier
/// one, but for those that close a circle. Rows follow the neighbours, so that few lines cross. The same input gives
/// the same layout.
std::vector<Cell> lay_out(std::size_t count, std::span<const std::pair<std::size_t, std::size_t>> edges);

}  // namespace statelane::emit
