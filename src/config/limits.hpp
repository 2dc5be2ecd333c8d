#pragma once

#include <cstddef>

#include "yaml/read.hpp"

namespace statelane::config {

/// A larger `.statelane.yml` is refused unread.
inline constexpr std::size_t most_bytes = yaml::most_bytes;

}  // namespace statelane::config
