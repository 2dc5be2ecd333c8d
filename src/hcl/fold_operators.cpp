#include "hcl/fold_operators.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "hcl/alternatives.hpp"
#include "hcl/convert.hpp"
#include "hcl/text_pieces.hpp"

namespace statelane::hcl {

namespace {

Value calculate(const Expression& expression, const Number& x, const Number& y) {
  const std::string_view sign = expression.text;
  if (sign == "<") return Value{compare(x, y) < 0};
  if (sign == ">") return Value{compare(x, y) > 0};
  if (sign == "<=") return Value{compare(x, y) <= 0};
  if (sign == ">=") return Value{compare(x, y) >= 0};
  if (sign == "/" && y.mantissa == 0) return unknown(expression, "the result is infinite");
  const auto result = sign == "+"   ? add(x, y)
                      : sign == "-" ? subtract(x, y)
                      : sign == "*" ? multiply(x, y)
                      : sign == "/" ? divide(x, y)
                                    : remainder(x, y);
  return result ? Value{*result} : unknown(expression, "the result is not exact");
}

bool is_comparison(std::string_view sign) { return sign.find_first_of("<>") != std::string_view::npos; }

/// `&&` and `||`. Newer versions of Terraform do not look at the right side where the left decides.
Value decide(const Expression& expression, const Value& left, const Value& right) {
  const bool deciding = expression.text == "||";
  const Value a = to_boolean(left, expression.operands[0]->range);
  const Value b = to_boolean(right, expression.operands[1]->range);
  if (a.is_error()) return a;
  const bool* x = a.as_bool();
  const bool* y = b.as_bool();
  if (b.is_error()) return x == nullptr || *x == deciding ? join_alternatives({Value{deciding}, b}) : b;
  if ((x != nullptr && *x == deciding) || (y != nullptr && *y == deciding)) return Value{deciding};
  return x != nullptr && y != nullptr ? Value{!deciding} : Value::boolean_or_other();
}

Value member_of_map(const Value& collection, const Value& key, const Expression& expression) {
  const auto* map = collection.as_open_map();
  const auto name = key.as_known_string();
  if (name) return value_under(*map, *name, Value::error(expression.range));
  if (key.as_text() == nullptr) return Value::error(expression.range);
  std::vector<Value> members;
  for (const auto& [candidate, value] : map->others) members.push_back(value);
  for (const auto& [candidate, value] : *map) {
    if (may_be_equal(*key.as_text(), *Value::text(candidate).as_text())) members.push_back(value);
  }
  members.push_back(Value::error(expression.range));
  return join_alternatives(std::move(members));
}

}  // namespace

Value unknown(const Expression& expression, std::string_view why, bool may_climb) {
  return Value{
      Value::Unknown{fmt::format("{}: {}", render_expression(expression), why), expression.range, false, may_climb}};
}

Value apply_operator(const Expression& expression, const Value& left, const Value& right) {
  const std::string_view sign = expression.text;
  if (sign == "&&" || sign == "||") return decide(expression, left, right);
  if (left.is_error()) return left;
  if (right.is_error()) return right;
  if (sign == "==" || sign == "!=") {
    const auto equal = is_equal(left, right);
    return equal ? Value{*equal == (sign == "==")} : Value::boolean_or_other();
  }
  const Value x = to_number(left, expression.operands[0]->range);
  const Value y = to_number(right, expression.operands[1]->range);
  if (x.is_error()) return x;
  if (y.is_error()) return y;
  if (x.as_number() == nullptr || y.as_number() == nullptr)
    return is_comparison(sign) ? Value::boolean_or_other() : unknown(expression, "its operands are not known");
  return calculate(expression, *x.as_number(), *y.as_number());
}

Value apply_operator(const Expression& expression, const Value& value) {
  if (expression.text == "!") {
    const Value condition = to_boolean(value, expression.range);
    if (condition.is_error()) return condition;
    return condition.as_bool() != nullptr ? Value{!*condition.as_bool()} : Value::boolean_or_other();
  }
  const Value number = to_number(value, expression.range);
  if (number.is_error()) return number;
  const auto negative = number.as_number() != nullptr ? multiply(*number.as_number(), Number{-1, 0}) : std::nullopt;
  return negative ? Value{*negative} : unknown(expression, "its operand is not known");
}

Value member(const Value& collection, const Value& key, const Expression& expression) {
  if (collection.is_unknown()) return collection;
  if (key.is_error()) return key;
  if (collection.is_null() || key.is_null()) return Value::error(expression.range);
  const auto* list = collection.as_open_list();
  if (list == nullptr && collection.as_open_map() == nullptr) return Value::error(expression.range);
  if (list != nullptr && list->is_set) return Value::error(expression.range);
  if (key.is_unknown()) return any_member(collection, key);
  if (list == nullptr) return member_of_map(collection, key, expression);
  const Value position = to_number(key, expression.range);
  if (position.is_error()) return position;
  if (position.as_number() == nullptr || list->is_open)
    return any_member(collection, unknown(expression, "it may be any element"));
  const auto index = position.as_number()->to_integer();
  const bool is_there = index && *index >= 0 && static_cast<std::size_t>(*index) < list->size();
  return is_there ? (*list)[static_cast<std::size_t>(*index)] : Value::error(expression.range);
}

}  // namespace statelane::hcl
