#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string>

namespace statelane {

/// git's object id of a blob or tree: equal ids, equal content. 20 bytes (SHA-1) or 32 (SHA-256), zero filled.
struct ContentId {
  std::array<std::uint8_t, 32> bytes{};

  static ContentId from_bytes(std::span<const std::uint8_t> raw) {
    ContentId result;
    std::copy_n(raw.begin(), std::min<std::size_t>(raw.size(), 32), result.bytes.begin());
    return result;
  }

  /// The id of nothing; no object has it.
  bool is_zero() const { return *this == ContentId{}; }

  friend auto operator<=>(const ContentId&, const ContentId&) = default;
};

}  // namespace statelane

template <>
struct std::hash<statelane::ContentId> {
  std::size_t operator()(const statelane::ContentId& id) const noexcept {
    std::size_t result;
    std::memcpy(&result, id.bytes.data(), sizeof result);
    return result;
  }
};
