#pragma once

#include <string_view>

#include "hcl/syntax.hpp"

namespace statelane::terragrunt {

/// An expression of `body`, or of a block in it, cannot do without something of the root `name`: it is named outside
/// `try` and `can`.
bool uses_name(const hcl::Body& body, std::string_view name);

}  // namespace statelane::terragrunt
