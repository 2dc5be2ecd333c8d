#include "runner/tool.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace statelane::runner {

namespace {

/// The numbers of `1.11.4-rc1`; -1 for what is no number.
std::array<int, 3> numbers_of(std::string_view version) {
  std::array<int, 3> result{-1, -1, -1};
  const char* at = version.data();
  const char* const end = at + version.size();
  for (int& number : result) {
    const auto read = std::from_chars(at, end, number);
    if (read.ec != std::errc() || read.ptr == end || *read.ptr != '.') break;
    at = read.ptr + 1;
  }
  return result;
}

}  // namespace

bool ToolIdentity::is_at_least(int major, int minor, int patch) const {
  return numbers_of(version) >= std::array{major, minor, patch};
}

ToolIdentity parse_tool_identity(std::string_view printed) {
  constexpr std::array<std::string_view, 2> names = {"Terraform", "OpenTofu"};
  while (!printed.empty()) {
    const std::string_view line = printed.substr(0, printed.find('\n'));
    for (const std::string_view name : names) {
      if (!line.starts_with(name) || !line.substr(name.size()).starts_with(" v")) continue;
      const std::string_view rest = line.substr(name.size() + 2);
      return {std::string(name), std::string(rest.substr(0, rest.find_first_of(" \r")))};
    }
    printed.remove_prefix(std::min(line.size() + 1, printed.size()));
  }
  return {};
}

bool wants_var_files(const ToolIdentity& tool, VariableUse use, bool has_ephemeral_variables) {
  if (use == VariableUse::apply) {
    return tool.is_opentofu() ? tool.is_at_least(1, 11)
                              : tool.is_terraform() && tool.is_at_least(1, 10) && has_ephemeral_variables;
  }
  if (tool.is_opentofu()) return tool.is_at_least(1, 8);
  const bool is_taken = use == VariableUse::init || use == VariableUse::show;
  return is_taken && tool.is_terraform() && tool.is_at_least(1, 15);
}

}  // namespace statelane::runner
