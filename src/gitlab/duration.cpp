#include "gitlab/duration.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace statelane::gitlab {

namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};

constexpr std::int64_t second = 1000;
constexpr std::int64_t minute = 60 * second;
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t day = 24 * hour;
constexpr std::int64_t year = 365 * day + 6 * hour;

/// The names that GitLab's ChronicDuration takes, and `ms`.
constexpr std::array units = {Unit{"ms", 1},           Unit{"s", second},        Unit{"sec", second},
                              Unit{"secs", second},    Unit{"second", second},   Unit{"seconds", second},
                              Unit{"m", minute},       Unit{"min", minute},      Unit{"mins", minute},
                              Unit{"minute", minute},  Unit{"minutes", minute},  Unit{"h", hour},
                              Unit{"hr", hour},        Unit{"hrs", hour},        Unit{"hour", hour},
                              Unit{"hours", hour},     Unit{"d", day},           Unit{"day", day},
                              Unit{"days", day},       Unit{"w", 7 * day},       Unit{"wk", 7 * day},
                              Unit{"wks", 7 * day},    Unit{"week", 7 * day},    Unit{"weeks", 7 * day},
                              Unit{"mo", 30 * day},    Unit{"mos", 30 * day},    Unit{"mon", 30 * day},
                              Unit{"month", 30 * day}, Unit{"months", 30 * day}, Unit{"y", year},
                              Unit{"yr", year},        Unit{"yrs", year},        Unit{"year", year},
                              Unit{"years", year}};

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }
bool is_letter(char byte) { return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z'); }

/// Takes the bytes at the front for which `belongs` holds.
template <typename Predicate>
std::string_view take(std::string_view& text, Predicate belongs) {
  const auto end = std::find_if_not(text.begin(), text.end(), belongs);
  const std::string_view taken = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(taken.size());
  return taken;
}

void skip_separators(std::string_view& text) {
  take(text, [](char byte) { return byte == ' ' || byte == ','; });
  if (text.starts_with("and ")) text.remove_prefix(4);
  take(text, [](char byte) { return byte == ' '; });
}

std::optional<std::int64_t> find_unit(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char byte) { return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32) : byte; });
  const auto found = std::find_if(units.begin(), units.end(), [&](const Unit& unit) { return unit.name == lower; });
  return found == units.end() ? std::nullopt : std::optional(found->milliseconds);
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  constexpr std::size_t most_digits = 9;  // a product with the largest unit still fits
  std::int64_t total = 0;
  skip_separators(text);
  if (text.empty()) return std::nullopt;
  for (bool is_first = true; !text.empty(); is_first = false) {
    const std::string_view number = take(text, is_digit);
    if (number.empty() || number.size() > most_digits) return std::nullopt;
    take(text, [](char byte) { return byte == ' '; });
    const std::string_view name = take(text, is_letter);
    const bool is_alone = is_first && text.empty();
    const auto unit = name.empty() && is_alone ? std::optional(second) : find_unit(name);
    if (!unit) return std::nullopt;
    total += std::stoll(std::string(number)) * *unit;
    skip_separators(text);
  }
  return std::chrono::milliseconds(total);
}

}  // namespace statelane::gitlab
