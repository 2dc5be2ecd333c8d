#include <algorithm>
#include <array>

#include "lint/terraform_runs.hpp"

namespace statelane::lint {

namespace {

constexpr std::array<std::string_view, 9> flags_with_value = {
    "-var", "-var-file", "-out", "-state", "-target", "-backend-config", "-parallelism", "-lock-timeout", "-replace"};

}  // namespace

std::optional<std::string> TerraformRun::flag(std::string_view name) const {
  for (std::size_t index = 0; index < arguments.size(); ++index) {
    std::string_view argument = arguments[index];
    if (!argument.starts_with('-')) continue;
    argument.remove_prefix(argument.starts_with("--") ? 2 : 1);
    if (!argument.starts_with(name)) continue;
    argument.remove_prefix(name.size());
    if (argument.starts_with('=')) return std::string(argument.substr(1));
    if (!argument.empty()) continue;
    const bool has_value = index + 1 < arguments.size() && !arguments[index + 1].starts_with('-');
    return has_value ? arguments[index + 1] : "true";
  }
  return std::nullopt;
}

std::vector<std::string> TerraformRun::positional() const {
  std::vector<std::string> found;
  for (std::size_t index = 0; index < arguments.size(); ++index) {
    std::string_view argument = arguments[index];
    if (argument.starts_with("--")) argument.remove_prefix(1);
    if (std::find(flags_with_value.begin(), flags_with_value.end(), argument) != flags_with_value.end()) {
      ++index;
    } else if (!argument.starts_with('-')) {
      found.push_back(arguments[index]);
    }
  }
  return found;
}

}  // namespace statelane::lint
