#pragma once

#include <set>
#include <string_view>
#include <utility>

#include "hcl/syntax.hpp"

namespace statelane::terraform {

/// Names of locals and variables: the root, `local` or `var`, and the name; also `terraform.workspace`.
using Names = std::set<std::pair<std::string_view, std::string_view>>;

/// How the locals and variables that a body mentions are used.
struct NameUses {
  Names open;     ///< anywhere but in the source of a module; `*` for a mention without a name (`local[x]`)
  Names sources;  ///< in the source of a module, whose directory counts by itself
};

/// Gathers all uses in the body of a file. Views are into the body's text.
NameUses find_name_uses(const hcl::Body& body);

}  // namespace statelane::terraform
