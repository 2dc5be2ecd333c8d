#pragma once

#include <set>
#include <string>

namespace statelane::terraform {

/// The names that a configuration file in native syntax compares `terraform.workspace` with (`==`, `!=`, `contains`),
/// or looks it up by (`{…}[terraform.workspace]`, `lookup`). A text that begins with a dash is the end of one.
std::set<std::string> find_workspace_names(std::string text);

}  // namespace statelane::terraform
