#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "hcl/fold.hpp"
#include "hcl/fold_operators.hpp"

namespace statelane::hcl {

/// One call of `fold`: the names on the way, the work that is left, and whether something may fail. Its parts lie in
/// three files: what calls functions in `fold_calls.cpp`, what repeats in `fold_loops.cpp`, the rest in `fold.cpp`.
class Folder {
 public:
  explicit Folder(const Scope& scope) : scope_(scope), locals_(scope.variables.begin(), scope.variables.end()) {}

  Value fold(const Expression& expression) {
    Value value = fold_node(expression);
    may_fail_ = may_fail_ || !value.is_certain();
    return value;
  }

 private:
  struct ForParts;
  struct Turn;

  /// An expression, and whether evaluating it may fail: then also for something in it that the value does not show.
  struct Attempt {
    Value value;
    bool may_fail = false;
  };

  Value fold_node(const Expression& expression);
  Value fold_template(const Expression& expression);
  const Value* find_local(std::string_view name) const;
  Value fold_variable(const Expression& expression);
  Value fold_attribute(const Expression& expression);
  /// `module.x` and its like where `expression` is one; the variables of `for` expressions hide them.
  std::optional<Object> as_object(const Expression& expression) const;
  /// `module.x.name`, also with an index in the middle: then of any instance.
  std::optional<Value> attribute_of_object(const Expression& source, std::string_view attribute);
  Value fold_index(const Expression& expression);
  Value fold_conditional(const Expression& expression);
  /// A branch of a conditional; where it is never chosen, it may be another of its type.
  Value fold_branch(const Expression& expression, std::size_t index, bool may_be_chosen);
  Value fold_binary(const Expression& expression);
  Value fold_unary(const Expression& expression);
  Value fold_tuple(const Expression& expression);
  Value fold_object(const Expression& expression);

  // Calls
  Value fold_call(const Expression& expression);
  Value call(const Expression& expression, std::span<const Value> arguments);
  /// Relative paths are read from the working directory, which `path.cwd` need not be.
  Value absolute_path(const Value& path, const Expression& expression);
  Attempt attempt(const Expression& expression);
  /// Every argument up to the first that cannot fail, but for those that must fail.
  Value fold_try(const Expression& expression);
  Value fold_can(const Expression& operand);

  // Loops
  Value fold_splat(const Expression& expression);
  /// `module.x[*].name`
  std::optional<Value> splat_of_object(const Expression& source, const Expression& each);
  Value splat(const Value& item, const Expression& each);
  Value splat_list(const Value::List& list, const Expression& each);
  Value fold_template_for(const Expression& expression, const Value& collection);
  Value fold_condition(const ForParts& parts);
  Value fold_key(const Expression& key);
  Turn fold_turn(const ForParts& parts, const Value& key, const Value& value);
  Value fold_for(const Expression& expression, const Value& collection);
  static Value to_list(const std::vector<Turn>& turns, bool is_open);
  static Value to_object(const Expression& expression, const std::vector<Turn>& turns, bool is_open);

  /// Applies `function` to each alternative of `value` and gathers the results.
  template <typename Function>
  Value over_alternatives(const Value& value, const Function& function) {
    return charge(combine(std::span(&value, 1), [&](std::span<const Value> chosen) { return function(chosen[0]); }));
  }

  /// What is made costs steps: without a price for it, a few lines that double a value would take for ever.
  Value charge(Value value) {
    std::size_t cost = 0;
    if (const auto* list = value.as_open_list()) cost = list->size();
    if (const auto* map = value.as_open_map()) cost = map->size() + map->others.size();
    if (const auto* one_of = value.as_one_of()) cost = one_of->values.size();
    if (const auto* text = value.as_text()) cost = text->pieces.size() + value.summary().weight;
    steps_ -= static_cast<int>(std::min<std::size_t>(cost, most_steps));
    if (steps_ >= 0) return value;
    return Value{Value::Unknown{"the expression is too large to follow", {}, false, value.may_climb()}};
  }

  /// Calls `function` where the variables of a `for` expression have these values.
  template <typename Function>
  auto with_variables(std::string_view key_name, const Value& key, std::string_view value_name, const Value& value,
                      const Function& function) {
    const std::size_t before = locals_.size();
    if (!key_name.empty()) locals_.emplace_back(key_name, key);
    locals_.emplace_back(value_name, value);
    auto result = function();
    locals_.erase(locals_.begin() + static_cast<std::ptrdiff_t>(before), locals_.end());
    return result;
  }

  const Scope& scope_;
  std::vector<std::pair<std::string_view, Value>> locals_;  ///< variables of the `for` expressions around
  std::vector<Value> splat_items_;
  int steps_ = most_steps;
  bool may_fail_ = false;  ///< something that was folded is not known
};

}  // namespace statelane::hcl
