#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace statelane::support {

/// Numbers from a seed, the same on every machine and compiler (splitmix64; the standard library's distributions are
/// not the same everywhere). Whole numbers only: floating point may round differently.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  /// A source of its own for `purpose`, so that one more number drawn here changes nothing there.
  Random(std::uint64_t seed, std::string_view purpose) : state_(seed) {
    for (const char letter : purpose) state_ = (state_ ^ static_cast<unsigned char>(letter)) * 0x100000001B3U;
  }

  std::uint64_t next() {
    std::uint64_t value = (state_ += 0x9E3779B97F4A7C15U);
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
    return value ^ (value >> 31);
  }

  /// Less than `limit`, which is not zero.
  std::size_t below(std::size_t limit) { return next() % limit; }

  bool chance(std::size_t permille) { return below(1000) < permille; }

  template <typename Range>
  const auto& pick(const Range& range) {
    return *(std::begin(range) + static_cast<std::ptrdiff_t>(below(std::size(range))));
  }

  /// From a distribution given by its smallest value, p50, p90, p99 and its largest, straight lines between them.
  std::size_t draw(const std::array<std::size_t, 5>& quantiles) {
    constexpr std::array<std::size_t, 5> at = {0, 5000, 9000, 9900, 10000};
    const std::size_t place = below(10000);
    std::size_t part = 0;
    while (place >= at[part + 1]) ++part;
    const std::size_t span = quantiles[part + 1] - quantiles[part];
    return quantiles[part] + span * (place - at[part]) / (at[part + 1] - at[part]);
  }

 private:
  std::uint64_t state_;
};

}  // namespace statelane::support
