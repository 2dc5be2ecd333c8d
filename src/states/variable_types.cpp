#include "states/variable_types.hpp"

#include <algorithm>

namespace statelane::states {

namespace {

using hcl::Expression;
using hcl::ExpressionKind;
using hcl::Value;

/// Defaults in types are constants.
Value fold_constant(const Expression& expression) {
  const hcl::Scope scope{[](std::string_view, std::string_view, const SourceRange& range) {
    return Value::unknown("a default in a type is no constant", range);
  }};
  return hcl::fold(expression, scope);
}

bool is_call(const Expression& expression, std::string_view name, std::size_t operands) {
  return expression.kind == ExpressionKind::call && expression.text == name && expression.operands.size() >= operands;
}

/// An attribute of an object: `optional(type)`, `optional(type, default)`, or a type.
void convert_attribute(Value::Map& object, const std::string& name, const Expression& type) {
  const auto found = object.find(name);
  if (!is_call(type, "optional", 1)) {
    if (found != object.end()) found->second = convert_to_type(std::move(found->second), type);
    return;
  }
  const Expression& inner = *type.operands[0];
  const bool is_left_out = found == object.end() || std::holds_alternative<Value::Null>(found->second.data);
  Value value = !is_left_out               ? std::move(found->second)
                : type.operands.size() > 1 ? fold_constant(*type.operands[1])
                                           : Value{};
  object.insert_or_assign(name, convert_to_type(std::move(value), inner));
}

Value convert_object(Value::Map object, const Expression& attributes) {
  if (attributes.kind != ExpressionKind::object) return Value{std::move(object)};
  for (std::size_t index = 0; index + 1 < attributes.operands.size(); index += 2) {
    const auto name = fold_constant(*attributes.operands[index]).as_known_string();
    if (name) convert_attribute(object, *name, *attributes.operands[index + 1]);
  }
  return Value{std::move(object)};
}

Value convert_list(Value::List list, const Expression& type) {
  for (Value& item : list) item = convert_to_type(std::move(item), *type.operands[0]);
  list.is_set = is_call(type, "set", 1);
  const bool is_known = std::all_of(list.begin(), list.end(), [](const Value& item) {
    return std::holds_alternative<Value::Text>(item.data) && item.as_known_string();
  });
  if (list.is_set && is_known) {
    const auto text = [](const Value& item) { return *item.as_known_string(); };
    std::sort(list.begin(), list.end(),
              [&](const Value& left, const Value& right) { return text(left) < text(right); });
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }
  return Value{std::move(list)};
}

}  // namespace

Value convert_to_type(Value value, const Expression& type) {
  if (type.kind != ExpressionKind::call || type.operands.empty()) return value;
  if (auto* one_of = std::get_if<Value::OneOf>(&value.data)) {
    for (Value& alternative : one_of->values) alternative = convert_to_type(std::move(alternative), type);
    return value;
  }
  if (auto* map = std::get_if<Value::Map>(&value.data)) {
    if (is_call(type, "object", 1)) return convert_object(std::move(*map), *type.operands[0]);
    if (!is_call(type, "map", 1)) return value;
    for (auto& [name, item] : *map) item = convert_to_type(std::move(item), *type.operands[0]);
    return value;
  }
  auto* list = std::get_if<Value::List>(&value.data);
  const bool is_listing = is_call(type, "list", 1) || is_call(type, "set", 1);
  return list != nullptr && is_listing ? convert_list(std::move(*list), type) : value;
}

}  // namespace statelane::states
