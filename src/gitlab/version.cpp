#include "gitlab/version.hpp"

#include <fmt/format.h>

#include <charconv>

#include "gitlab/features.hpp"

namespace statelane::gitlab {

namespace {

/// Takes digits from the beginning of `text`.
std::optional<int> take_number(std::string_view& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

}  // namespace

std::optional<Version> parse_version(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  if (text.starts_with('-')) return std::nullopt;
  Version version;
  const auto major = take_number(text);
  if (!major) return std::nullopt;
  version.major = *major;
  for (int* part : {&version.minor, &version.patch}) {
    if (!text.starts_with('.')) break;
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    *part = *number;
  }
  if (!text.empty() && text.front() != '-' && text.front() != '+') return std::nullopt;
  version.is_released = !text.starts_with("-pre") && !text.starts_with("-rc");
  return version;
}

std::string to_string(const Version& version) {
  return fmt::format("{}.{}.{}{}", version.major, version.minor, version.patch, version.is_released ? "" : "-pre");
}

Version introduced_in(Feature feature) { return since(feature); }

}  // namespace statelane::gitlab
