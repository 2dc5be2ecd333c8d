#include "hcl/fold_operators.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace statelane::hcl {

namespace {

/// Which member is not known: any of a small collection.
Value any_member(const Value& collection, const Value& why) {
  std::vector<Value> members;
  if (const auto* map = std::get_if<Value::Map>(&collection.data)) {
    for (const auto& [name, value] : *map) members.push_back(value);
  } else if (const auto* list = std::get_if<Value::List>(&collection.data)) {
    members = *list;
  }
  if (members.empty() || members.size() > Value::most_alternatives) return why;
  return join_alternatives(std::move(members));
}

Value compare(const Expression& expression, const Value& left, const Value& right) {
  const auto is_open = [](const Value& value) {
    const auto* text = std::get_if<Value::Text>(&value.data);
    const bool is_simple = text != nullptr || std::holds_alternative<bool>(value.data) ||
                           std::holds_alternative<Value::Number>(value.data) ||
                           std::holds_alternative<Value::Null>(value.data);
    return !is_simple || (text != nullptr && !value.as_known_string());
  };
  if (is_open(left) || is_open(right)) return unknown(expression, "its operands are not known");
  return Value{(left == right) == (expression.text == "==")};
}

Value calculate(const Expression& expression, double x, double y) {
  const std::string_view sign = expression.text;
  if (sign == "+") return Value{Value::Number{x + y}};
  if (sign == "-") return Value{Value::Number{x - y}};
  if (sign == "*") return Value{Value::Number{x * y}};
  if (sign == "<") return Value{x < y};
  if (sign == ">") return Value{x > y};
  if (sign == "<=") return Value{x <= y};
  if (sign == ">=") return Value{x >= y};
  if (sign == "%" && y != 0) return Value{Value::Number{std::fmod(x, y)}};
  if (sign == "/" && y != 0) return Value{Value::Number{x / y}};
  return unknown(expression, "it is not folded");
}

}  // namespace

Value unknown(const Expression& expression, std::string_view why) {
  return Value::unknown(fmt::format("{}: {}", render_expression(expression), why), expression.range);
}

Value join_alternatives(std::vector<Value> values) {
  std::vector<Value> flat;
  for (Value& value : values) {
    const auto* nested = std::get_if<Value::OneOf>(&value.data);
    const std::vector<Value> parts = nested != nullptr ? nested->values : std::vector<Value>{value};
    for (const Value& part : parts) {
      if (std::find(flat.begin(), flat.end(), part) == flat.end()) flat.push_back(part);
    }
  }
  if (flat.size() == 1) return std::move(flat.front());
  if (flat.size() > Value::most_alternatives) return Value::unknown("too many possibilities", {});
  return Value{Value::OneOf{std::move(flat)}};
}

Value apply_operator(const Expression& expression, const Value& left, const Value& right) {
  const std::string_view sign = expression.text;
  if (sign == "==" || sign == "!=") return compare(expression, left, right);
  const auto* a = std::get_if<bool>(&left.data);
  const auto* b = std::get_if<bool>(&right.data);
  if (sign == "&&" && ((a != nullptr && !*a) || (b != nullptr && !*b))) return Value{false};
  if (sign == "||" && ((a != nullptr && *a) || (b != nullptr && *b))) return Value{true};
  if ((sign == "&&" || sign == "||") && a != nullptr && b != nullptr) return Value{sign == "&&"};
  const auto* x = std::get_if<Value::Number>(&left.data);
  const auto* y = std::get_if<Value::Number>(&right.data);
  if (x == nullptr || y == nullptr) return unknown(expression, "its operands are not known");
  return calculate(expression, x->value, y->value);
}

Value apply_operator(const Expression& expression, const Value& value) {
  const auto* boolean = std::get_if<bool>(&value.data);
  const auto* number = std::get_if<Value::Number>(&value.data);
  if (expression.text == "!" && boolean != nullptr) return Value{!*boolean};
  if (expression.text == "-" && number != nullptr) return Value{Value::Number{-number->value}};
  return unknown(expression, "its operand is not known");
}

Value member(const Value& collection, const Value& key, const Expression& expression) {
  if (collection.is_unknown()) return collection;
  if (std::holds_alternative<Value::Null>(collection.data)) return Value::error("null has no parts", expression.range);
  if (key.is_unknown()) return any_member(collection, key);
  if (const auto* map = std::get_if<Value::Map>(&collection.data)) {
    const auto name = key.as_known_string();
    if (!name) return any_member(collection, unknown(expression, "its key is known in part"));
    const auto found = map->find(*name);
    return found != map->end() ? found->second : unknown(expression, "there is no such key");
  }
  const auto* list = std::get_if<Value::List>(&collection.data);
  const auto position = key.as_known_string();
  if (list == nullptr || !position) return unknown(expression, "it cannot be indexed");
  if (position->empty() || position->find_first_not_of("0123456789") != std::string::npos) {
    return unknown(expression, "it cannot be indexed with that");
  }
  const auto index = static_cast<std::size_t>(std::strtoul(position->c_str(), nullptr, 10));
  return index < list->size() ? (*list)[index] : unknown(expression, "there is no such element");
}

}  // namespace statelane::hcl
