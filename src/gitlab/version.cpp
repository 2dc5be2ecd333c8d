#include "gitlab/version.hpp"

#include <fmt/format.h>

#include <charconv>

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

Version introduced_in(Feature feature) {
  switch (feature) {
    case Feature::variables_expand: return {15, 8, 0};
    case Feature::report_annotations: return {16, 3, 0};
    case Feature::workflow_auto_cancel: return {16, 10, 0};
    case Feature::artifacts_access: return {16, 11, 0};
    case Feature::manual_confirmation: return {17, 1, 0};
    case Feature::compare_to_variables: return {17, 2, 0};
    case Feature::yaml_of_two_mebibytes: return {17, 3, 0};
    case Feature::retry_exit_codes: return {17, 5, 0};
    case Feature::trigger_inputs: return {17, 11, 0};
    case Feature::strategy_mirror: return {18, 2, 0};
    case Feature::artifacts_access_maintainer: return {18, 4, 0};
    case Feature::child_reports: return {18, 6, 0};
    case Feature::upstream_variables: return {18, 9, 0};
    case Feature::retry_interrupted: return {19, 3, 0};
  }
  return {};
}

}  // namespace statelane::gitlab
