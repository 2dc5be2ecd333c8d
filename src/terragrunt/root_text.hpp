#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "hcl/value.hpp"

namespace statelane::terragrunt {

/// Functions of strings that take the place of the repository off an absolute path, or ask for it: their result is
/// known though that place is not. Empty where that does not hold.
std::optional<hcl::Value> call_on_root_text(std::string_view name, std::span<const hcl::Value> arguments);

}  // namespace statelane::terragrunt
