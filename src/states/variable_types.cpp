#include "states/variable_types.hpp"

#include "hcl/alternatives.hpp"
#include "hcl/convert.hpp"

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

bool is_any(const Expression& type) { return type.kind == ExpressionKind::variable && type.text == "any"; }

Value convert(const Value& value, const Expression& type);

/// An attribute of an object: `optional(type)`, `optional(type, default)`, or a type. What is not optional must be
/// there.
Value convert_attribute(const Value::Map& object, const std::string& name, const Expression& type) {
  const auto found = object.find(name);
  if (!is_call(type, "optional", 1)) return convert(hcl::value_under(object, name, Value::error(type.range)), type);
  const auto otherwise = [&] {
    return type.operands.size() > 1 ? convert(fold_constant(*type.operands[1]), *type.operands[0]) : Value{};
  };
  if (object.is_open) {
    const Value given = convert(hcl::value_under(object, name, Value{}), *type.operands[0]);
    return hcl::join_alternatives({given, otherwise()});
  }
  const bool is_left_out = found == object.end() || found->second.is_null();
  return is_left_out ? otherwise() : convert(found->second, *type.operands[0]);
}

/// Attributes that the type does not have are left out.
Value convert_object(const Value::Map& object, const Expression& attributes) {
  if (attributes.kind != ExpressionKind::object) return Value{object};
  Value::Map result;
  for (std::size_t index = 0; index + 1 < attributes.operands.size(); index += 2) {
    const auto name = fold_constant(*attributes.operands[index]).as_known_string();
    if (!name) return Value{object};
    Value value = convert_attribute(object, *name, *attributes.operands[index + 1]);
    if (value.is_error()) return value;
    result.insert_or_assign(*name, std::move(value));
  }
  return Value{std::move(result)};
}

Value convert_list(const Value::List& list, const Expression& type) {
  Value::List items;
  items.is_open = list.is_open;
  for (const Value& item : list) {
    Value converted = convert(item, *type.operands[0]);
    if (converted.is_error()) return converted;
    items.push_back(std::move(converted));
  }
  if (is_call(type, "set", 1)) return hcl::to_set(Value{std::move(items)}, type.range);
  return is_any(*type.operands[0]) ? hcl::to_one_type(items, type.range) : Value{std::move(items)};
}

Value convert_tuple(const Value::List& list, const Expression& types) {
  if (types.kind != ExpressionKind::tuple || list.is_open || types.operands.size() != list.size()) return Value{list};
  Value::List items;
  for (std::size_t index = 0; index < list.size(); ++index)
    items.push_back(convert(list[index], *types.operands[index]));
  return Value{std::move(items)};
}

Value convert_map(const Value::Map& map, const Expression& type) {
  Value::Map items;
  items.is_open = map.is_open;
  for (const auto& [name, item] : map) {
    Value converted = convert(item, *type.operands[0]);
    if (converted.is_error()) return converted;
    items.emplace(name, std::move(converted));
  }
  for (const auto& [key, item] : map.others) items.add_other(key, convert(item, *type.operands[0]));
  return is_any(*type.operands[0]) ? hcl::to_one_type(items, type.range) : Value{std::move(items)};
}

Value convert_primitive(const Value& value, const Expression& type) {
  if (value.is_null() || value.is_unknown()) return value;
  if (type.text == "string") return hcl::to_string(value, type.range);
  if (type.text == "number") return hcl::to_number(value, type.range);
  return type.text == "bool" ? hcl::to_boolean(value, type.range) : value;
}

/// Of no alternatives.
Value convert_one(const Value& value, const Expression& type) {
  if (type.kind == ExpressionKind::variable) return convert_primitive(value, type);
  if (type.kind != ExpressionKind::call || type.operands.empty()) return value;
  if (const auto* map = value.as_open_map()) {
    if (is_call(type, "object", 1)) return convert_object(*map, *type.operands[0]);
    return is_call(type, "map", 1) ? convert_map(*map, type) : value;
  }
  const auto* list = value.as_open_list();
  if (list == nullptr) return value;
  if (is_call(type, "tuple", 1)) return convert_tuple(*list, *type.operands[0]);
  return is_call(type, "list", 1) || is_call(type, "set", 1) ? convert_list(*list, type) : value;
}

Value convert(const Value& value, const Expression& type) {
  return hcl::combine(std::span(&value, 1),
                      [&](std::span<const Value> chosen) { return convert_one(chosen[0], type); });
}

}  // namespace

Value convert_to_type(const Value& value, const Expression& type) { return convert(value, type); }

}  // namespace statelane::states
