#pragma once

#include <set>
#include <string_view>

#include "hcl/syntax.hpp"

namespace statelane::terraform {

/// The names that the body of a configuration file compares `terraform.workspace` with (`==`, `!=`, `contains`),
/// or looks it up by (`{…}[terraform.workspace]`, `lookup`). A text that begins with a dash is the end of one.
/// Views are into the body's text.
std::set<std::string_view> find_workspace_names(const hcl::Body& body);

}  // namespace statelane::terraform
