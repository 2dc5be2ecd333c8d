#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "hcl/syntax.hpp"
#include "hcl/value.hpp"

namespace statelane::hcl {

/// A variable with its value.
using Variable = std::pair<std::string_view, Value>;

/// `module.NAME`, `data.TYPE.NAME` or `TYPE.NAME`, an attribute of which is asked for.
struct Object {
  std::string_view kind;  ///< `module`, `data`, or the type of a resource
  std::string_view type;  ///< of a data source
  std::string_view name;
};

/// The attribute of one object, or of each instance of it.
struct ObjectAttribute {
  Value value;  ///< with instances: an open list of their values
  bool has_instances = false;
};

inline constexpr std::string_view working_directory = ".cwd";

/// What the surroundings know of names. `lookup(root, name)` is asked for `local.x`, `var.x`, `path.module`,
/// `each.key`, `terraform.workspace` …, with the root and the first step; the steps behind it are taken by `fold`. It
/// answers with an unknown value, and the reason, where it does not know. The variables of `for` expressions never
/// reach it. `range` is where the name stands.
/// `variables` are those of the surroundings that have a value of their own, as those of a `for` expression have: they
/// come before `lookup`, which is not asked for their attributes. `call` may answer for functions that read files, with
/// arguments that hold no alternatives; empty where it does not know. `attribute` may answer for the attributes of
/// modules, data sources and resources.
/// `lookup` answers for `working_directory` of the root `path`, a name that nobody can write, with the absolute path
/// that `abspath` puts before relative ones.
struct Scope {
  std::function<Value(std::string_view root, std::string_view name, const SourceRange& range)> lookup;
  std::span<const Variable> variables = {};
  std::function<std::optional<Value>(std::string_view name, std::span<const Value> arguments)> call = {};
  std::function<std::optional<ObjectAttribute>(const Object& object, std::string_view attribute)> attribute = {};
};

/// Folds an expression statically: literals, templates, conditionals, operators, `for`, splats, indexing, and the
/// functions that repositories build paths and keys with. Never fails: what cannot be known is unknown with its reason,
/// or a text with unknown pieces; see `Value` for the law. A condition that is not known gives both branches as
/// alternatives. Work is bounded; past the bound the rest is unknown. What it does not do: read files (`file`,
/// `fileset`, `templatefile` … are unknown but for what `Scope::call` answers), or know time and randomness.
Value fold(const Expression& expression, const Scope& scope);

/// Nodes that one call of `fold` may visit, and pieces of values that it may make; past that the rest is unknown.
inline constexpr int most_steps = 100'000;

}  // namespace statelane::hcl
