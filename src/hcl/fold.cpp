#include "hcl/fold.hpp"

#include <algorithm>
#include <cstdlib>

#include "hcl/fold_functions.hpp"
#include "hcl/fold_operators.hpp"

namespace statelane::hcl {

namespace {

/// Nodes that one call may visit, and pieces of values that it may copy; past that the rest is unknown.
constexpr int most_steps = 30'000;

/// Values may nest this deep.
constexpr int deepest_value = 100;

/// Elements that a `for` expression is unrolled over.
constexpr std::size_t most_elements = 1'000;

/// What a copy of `value` costs, in steps; more than there are where it nests too deep.
int cost_of(const Value& value, int depth = 0) {
  if (depth > deepest_value) return most_steps;
  int result = 1;
  const auto add = [&](const Value& part) { result = std::min(most_steps, result + cost_of(part, depth + 1)); };
  if (const auto* list = std::get_if<Value::List>(&value.data)) {
    for (const Value& item : *list) add(item);
  } else if (const auto* map = std::get_if<Value::Map>(&value.data)) {
    for (const auto& [key, item] : *map) add(item);
  } else if (const auto* one_of = std::get_if<Value::OneOf>(&value.data)) {
    for (const Value& item : one_of->values) add(item);
  } else if (const auto* text = std::get_if<Value::Text>(&value.data)) {
    for (const auto& piece : text->pieces)
      result += piece ? static_cast<int>(std::min<std::size_t>(piece->size() / 64, 10'000)) : 1;
  }
  return result;
}

/// Nothing in it is unknown, so evaluating it gives just this.
bool is_certain(const Value& value) {
  if (value.is_unknown() || std::holds_alternative<Value::OneOf>(value.data)) return false;
  if (std::holds_alternative<Value::Text>(value.data)) return value.as_known_string().has_value();
  if (const auto* list = std::get_if<Value::List>(&value.data))
    return std::all_of(list->begin(), list->end(), is_certain);
  if (const auto* map = std::get_if<Value::Map>(&value.data)) {
    return std::all_of(map->begin(), map->end(), [](const auto& entry) { return is_certain(entry.second); });
  }
  return true;
}

class Folder {
 public:
  explicit Folder(const Scope& scope) : scope_(scope), locals_(scope.variables.begin(), scope.variables.end()) {}

  Value fold(const Expression& expression) {
    if (--steps_ < 0) return unknown(expression, "the expression is too large to follow");
    switch (expression.kind) {
      case ExpressionKind::null_literal: return Value{};
      case ExpressionKind::boolean: return Value{expression.text == "true"};
      case ExpressionKind::number:
        return Value{Value::Number{std::strtod(std::string(expression.text).c_str(), nullptr)}};
      case ExpressionKind::string: return Value::text(std::string(expression.text));
      case ExpressionKind::string_template: return fold_template(expression);
      case ExpressionKind::variable: return fold_variable(expression);
      case ExpressionKind::attribute: return fold_attribute(expression);
      case ExpressionKind::index: return fold_index(expression);
      case ExpressionKind::splat: return fold_splat(expression);
      case ExpressionKind::call: return fold_call(expression);
      case ExpressionKind::conditional: return fold_conditional(expression);
      case ExpressionKind::binary: return fold_binary(expression);
      case ExpressionKind::unary: return fold_unary(expression);
      case ExpressionKind::tuple: return fold_tuple(expression);
      case ExpressionKind::object: return fold_object(expression);
      case ExpressionKind::for_tuple:
      case ExpressionKind::for_object: return fold_for(expression);
      case ExpressionKind::splat_item:
        if (!splat_items_.empty()) return splat_items_.back();
        break;
      case ExpressionKind::template_if: return fold_conditional(expression);
      case ExpressionKind::template_for: return fold_template_for(expression);
      case ExpressionKind::invalid: break;
    }
    return unknown(expression, "it is not folded");
  }

 private:
  /// Applies `function` to each alternative of `value` and gathers the results.
  template <typename Function>
  static Value for_each_alternative(const Value& value, const Function& function) {
    const auto* one_of = std::get_if<Value::OneOf>(&value.data);
    if (one_of == nullptr) return function(value);
    std::vector<Value> results;
    for (const Value& alternative : one_of->values) results.push_back(function(alternative));
    return join_alternatives(std::move(results));
  }

  Value fold_template(const Expression& expression) {
    if (expression.operands.size() == 1 && expression.operands[0]->kind != ExpressionKind::template_if &&
        expression.operands[0]->kind != ExpressionKind::template_for) {
      return fold(*expression.operands[0]);
    }
    std::vector<Value> parts;
    for (const Expression* part : expression.operands) parts.push_back(fold(*part));
    return combine(parts, [&](std::span<const Value> chosen) {
      Value::Text text;
      for (std::size_t index = 0; index < chosen.size(); ++index) {
        if (chosen[index].is_error()) return chosen[index];
        if (std::holds_alternative<Value::Null>(chosen[index].data))
          return Value::error("a part of the text is null", expression.operands[index]->range);
        append_text(text, to_text(chosen[index], expression.operands[index]->range));
      }
      return Value{std::move(text)};
    });
  }

  /// Calls `function` for every combination of the values' alternatives, within bounds.
  template <typename Function>
  static Value combine(const std::vector<Value>& values, const Function& function) {
    std::vector<std::vector<Value>> rows = {{}};
    for (const Value& value : values) {
      const auto* one_of = std::get_if<Value::OneOf>(&value.data);
      const std::vector<Value> choices = one_of != nullptr ? one_of->values : std::vector<Value>{value};
      if (rows.size() * choices.size() > Value::most_alternatives) {
        const Value widened = Value::unknown("too many possibilities", {});
        for (auto& row : rows) row.push_back(widened);
        continue;
      }
      std::vector<std::vector<Value>> next;
      for (const auto& row : rows) {
        for (const Value& choice : choices) {
          next.push_back(row);
          next.back().push_back(choice);
        }
      }
      rows = std::move(next);
    }
    std::vector<Value> results;
    for (const auto& row : rows) results.push_back(function(std::span<const Value>(row)));
    return join_alternatives(std::move(results));
  }

  /// Values from elsewhere are copied: without a price for it, a few lines that double a value would fill the memory.
  Value charge(Value value, const Expression& expression) {
    steps_ -= cost_of(value);
    return steps_ >= 0 ? std::move(value) : unknown(expression, "the value is too large to follow");
  }

  const Value* find_local(std::string_view name) const {
    const auto found =
        std::find_if(locals_.rbegin(), locals_.rend(), [&](const auto& local) { return local.first == name; });
    return found == locals_.rend() ? nullptr : &found->second;
  }

  Value fold_variable(const Expression& expression) {
    if (const Value* local = find_local(expression.text)) return charge(*local, expression);
    return charge(scope_.lookup(expression.text, "", expression.range), expression);
  }

  Value fold_attribute(const Expression& expression) {
    const Expression& source = *expression.operands[0];
    const Value key = Value::text(std::string(expression.text));
    if (source.kind == ExpressionKind::variable) {
      const Value* local = find_local(source.text);
      if (local == nullptr) return charge(scope_.lookup(source.text, expression.text, expression.range), expression);
      return charge(for_each_alternative(*local, [&](const Value& value) { return member(value, key, expression); }),
                    expression);
    }
    return for_each_alternative(fold(source), [&](const Value& value) { return member(value, key, expression); });
  }

  Value fold_index(const Expression& expression) {
    return combine({fold(*expression.operands[0]), fold(*expression.operands[1])},
                   [&](std::span<const Value> chosen) { return member(chosen[0], chosen[1], expression); });
  }

  Value fold_splat(const Expression& expression) {
    const Value source = fold(*expression.operands[0]);
    const auto* list = std::get_if<Value::List>(&source.data);
    if (list == nullptr) return source.is_unknown() ? source : unknown(expression, "it is no list");
    Value::List result;
    for (const Value& item : *list) {
      splat_items_.push_back(item);
      result.push_back(fold(*expression.operands[1]));
      splat_items_.pop_back();
    }
    return Value{std::move(result)};
  }

  Value fold_call(const Expression& expression) {
    std::vector<Value> arguments;
    for (const Expression* operand : expression.operands) arguments.push_back(fold(*operand));
    if (expression.has_ellipsis && !arguments.empty()) {
      const auto* more = std::get_if<Value::List>(&arguments.back().data);
      if (more == nullptr) return unknown(expression, "the arguments behind ... are not known");
      const Value::List rest = *more;
      arguments.pop_back();
      arguments.insert(arguments.end(), rest.begin(), rest.end());
    }
    if (expression.text == "try")
      return first_of(expression, arguments, is_certain, [](const Value& value) { return value.is_error(); });
    if (expression.text == "coalesce") return first_of(expression, arguments, is_never_empty, is_always_empty);
    if (expression.text == "can") {
      return arguments.size() == 1 && is_certain(arguments[0]) ? Value{true} : unknown(expression, "it may fail");
    }
    return combine(arguments, [&](std::span<const Value> chosen) {
      const bool is_path = expression.text == "abspath" && chosen.size() == 1;
      if (is_path && !std::holds_alternative<Value::Null>(chosen[0].data)) return absolute_path(chosen[0], expression);
      if (scope_.call) {
        if (auto answer = scope_.call(expression.text, chosen)) return charge(*std::move(answer), expression);
      }
      Value result = call_function(expression.text, chosen, expression.range);
      if (auto* why = std::get_if<Value::Unknown>(&result.data); why != nullptr && why->reason.empty())
        return unknown(expression, "it is not folded");
      return result;
    });
  }

  /// Relative paths are read from the working directory.
  Value absolute_path(const Value& path, const Expression& expression) {
    Value::Text text = to_text(path, expression.range);
    const bool is_absolute = !text.pieces.empty() && text.pieces.front() && text.pieces.front()->starts_with('/');
    if (!is_absolute) {
      Value::Text whole = to_text(scope_.lookup("path", "cwd", expression.range), expression.range);
      append_text(whole, {{std::string("/")}, {}});
      append_text(whole, text);
      text = std::move(whole);
    }
    Value result{std::move(text)};
    const auto known = result.as_known_string();
    return known ? Value::text(clean_path(*known)) : result;
  }

  /// `coalesce` passes over null and the empty string.
  static bool is_always_empty(const Value& value) {
    return std::holds_alternative<Value::Null>(value.data) || value == Value::text("");
  }
  static bool is_never_empty(const Value& value) {
    if (value.is_unknown() || std::holds_alternative<Value::OneOf>(value.data) || is_always_empty(value)) return false;
    const auto* text = std::get_if<Value::Text>(&value.data);
    return text == nullptr ||
           std::any_of(text->pieces.begin(), text->pieces.end(), [](const auto& piece) { return piece; });
  }

  /// The arguments that may be the result: all up to the first that settles it, but for those that are passed over.
  template <typename Settles, typename IsPassed>
  static Value first_of(const Expression& expression, const std::vector<Value>& arguments, const Settles& settles,
                        const IsPassed& is_passed) {
    std::vector<Value> possible;
    for (const Value& value : arguments) {
      if (is_passed(value)) continue;
      possible.push_back(value);
      if (settles(value)) return join_alternatives(std::move(possible));
    }
    return possible.empty() ? unknown(expression, "no argument is known") : join_alternatives(std::move(possible));
  }

  Value fold_conditional(const Expression& expression) {
    const Value condition = fold(*expression.operands[0]);
    const bool has_else = expression.operands.size() > 2;  // a template's `if` may have none
    const auto fold_else = [&] { return has_else ? fold(*expression.operands[2]) : Value::text(""); };
    if (const auto* decided = std::get_if<bool>(&condition.data))
      return *decided ? fold(*expression.operands[1]) : fold_else();
    return join_alternatives({fold(*expression.operands[1]), fold_else()});
  }

  Value fold_binary(const Expression& expression) {
    return combine({fold(*expression.operands[0]), fold(*expression.operands[1])},
                   [&](std::span<const Value> sides) { return apply_operator(expression, sides[0], sides[1]); });
  }

  Value fold_unary(const Expression& expression) { return apply_operator(expression, fold(*expression.operands[0])); }

  Value fold_tuple(const Expression& expression) {
    Value::List list;
    for (const Expression* operand : expression.operands) list.push_back(fold(*operand));
    return Value{std::move(list)};
  }

  Value fold_object(const Expression& expression) {
    Value::Map map;
    for (std::size_t index = 0; index + 1 < expression.operands.size(); index += 2) {
      const auto key = fold(*expression.operands[index]).as_known_string();
      if (!key) return unknown(*expression.operands[index], "the key is not known");
      map.insert_or_assign(*key, fold(*expression.operands[index + 1]));
    }
    return Value{std::move(map)};
  }

  /// The key of an element of a list: its position, or itself in a set. A variable's type may make a set of a list.
  static Value key_of(const Value::List& list, std::size_t index, bool may_be_set) {
    Value position{Value::Number{static_cast<double>(index)}};
    if (list.is_set) return list[index];
    return may_be_set ? join_alternatives({std::move(position), list[index]}) : position;
  }

  static bool mentions_variable(const Expression& expression) {
    if (expression.kind == ExpressionKind::variable) return expression.text == "var";
    return std::any_of(expression.operands.begin(), expression.operands.end(),
                       [](const Expression* operand) { return mentions_variable(*operand); });
  }

  /// The elements of a known collection, the value of `source`, as (key, value).
  static std::optional<std::vector<std::pair<Value, Value>>> elements_of(const Value& collection,
                                                                         const Expression& source) {
    std::vector<std::pair<Value, Value>> result;
    if (const auto* map = std::get_if<Value::Map>(&collection.data)) {
      for (const auto& [key, value] : *map) result.emplace_back(Value::text(key), value);
    } else if (const auto* list = std::get_if<Value::List>(&collection.data)) {
      const bool may_be_set = mentions_variable(source);
      for (std::size_t index = 0; index < list->size(); ++index) {
        result.emplace_back(key_of(*list, index, may_be_set), (*list)[index]);
      }
    } else {
      return std::nullopt;
    }
    return result.size() <= most_elements ? std::optional(std::move(result)) : std::nullopt;
  }

  Value fold_template_for(const Expression& expression) {
    const auto elements = elements_of(fold(*expression.operands[2]), *expression.operands[2]);
    if (!elements) return unknown(expression, "the collection is not known");
    Value::Text text;
    for (const auto& [key, value] : *elements) {
      locals_.emplace_back(expression.operands[0]->text, key);
      locals_.emplace_back(expression.operands[1]->text, value);
      append_text(text, to_text(fold(*expression.operands[3]), expression.range));
      locals_.erase(locals_.end() - 2, locals_.end());
    }
    return Value{std::move(text)};
  }

  Value fold_for(const Expression& expression) {
    const bool is_object = expression.kind == ExpressionKind::for_object;
    const std::size_t condition_at = is_object ? 5 : 4;
    const auto elements = elements_of(fold(*expression.operands[2]), *expression.operands[2]);
    if (!elements || expression.has_ellipsis) return unknown(expression, "the collection is not known");
    Value::List list;
    Value::Map map;
    for (const auto& [key, value] : *elements) {
      const std::size_t before = locals_.size();
      locals_.emplace_back(expression.operands[0]->text, key);
      locals_.emplace_back(expression.operands[1]->text, value);
      bool is_decided = true;
      bool is_kept = true;
      if (expression.operands.size() > condition_at) {
        const Value condition = fold(*expression.operands[condition_at]);
        const auto* decided = std::get_if<bool>(&condition.data);
        is_decided = decided != nullptr;
        is_kept = decided != nullptr && *decided;
      }
      if (is_kept && is_object) {
        const auto name = fold(*expression.operands[3]).as_known_string();
        is_decided = name.has_value();
        if (name) map.insert_or_assign(*name, fold(*expression.operands[4]));
      } else if (is_kept) {
        list.push_back(fold(*expression.operands[3]));
      }
      locals_.erase(locals_.begin() + static_cast<std::ptrdiff_t>(before), locals_.end());
      if (!is_decided) return unknown(expression, "its condition or key is not known");
    }
    return is_object ? Value{std::move(map)} : Value{std::move(list)};
  }

  const Scope& scope_;
  std::vector<std::pair<std::string_view, Value>> locals_;  ///< variables of the `for` expressions around
  std::vector<Value> splat_items_;
  int steps_ = most_steps;
};

}  // namespace

Value fold(const Expression& expression, const Scope& scope) { return Folder(scope).fold(expression); }

}  // namespace statelane::hcl
