#pragma once

#include <functional>
#include <string_view>

#include "hcl/syntax.hpp"
#include "hcl/value.hpp"

namespace statelane::hcl {

/// What the surroundings know of names. `lookup(root, name)` is asked for `local.x`, `var.x`, `path.module`,
/// `each.key`, `terraform.workspace` …, with the root and the first step; the steps behind it are taken by `fold`. It
/// answers with an unknown value, and the reason, where it does not know. The variables of `for` expressions never
/// reach it. `range` is where the name stands.
struct Scope {
  std::function<Value(std::string_view root, std::string_view name, const SourceRange& range)> lookup;
};

/// Folds an expression statically: literals, templates, conditionals, operators, `for`, splats, indexing, and the
/// functions that repositories build paths and keys with. Never fails: what cannot be known is unknown with its reason,
/// or a text with unknown pieces. A condition that is not known gives both branches as alternatives. Work is bounded;
/// past the bound the rest is unknown. What it does not do: read files (`file`, `fileset`, `templatefile` … are
/// unknown), or know time and randomness.
Value fold(const Expression& expression, const Scope& scope);

}  // namespace statelane::hcl
