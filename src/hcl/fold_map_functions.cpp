#include <algorithm>

#include "hcl/alternatives.hpp"
#include "hcl/convert.hpp"
#include "hcl/fold_arguments.hpp"

namespace statelane::hcl {

namespace {

Value keys(Arguments arguments, const SourceRange& range) {
  const auto* map = arguments[0].as_open_map();
  if (map == nullptr) return no_collection(arguments[0], range);
  Value::List result;
  result.is_open = map->is_open;
  for (const auto& [key, value] : *map) result.push_back(Value::text(key));
  for (const auto& [key, value] : map->others) result.push_back(key);
  return Value{std::move(result)};
}

Value lookup(Arguments arguments, const SourceRange& range) {
  const auto* map = arguments[0].as_open_map();
  if (arguments[0].is_null() || arguments[1].is_null()) return Value::error(range);
  if (map == nullptr) return no_collection(arguments[0], range);
  const bool has_default = arguments.size() > 2;
  Value otherwise = has_default ? arguments[2] : Value::error(range);
  const Value::Summary held = arguments[0].summary();
  if (has_default && (held.has_text || held.has_unknown)) otherwise = blur_numbers({otherwise, Value::text("")})[0];
  const auto key = arguments[1].as_known_string();
  if (key) return value_under(*map, *key, otherwise);
  return join_alternatives({any_member(arguments[0], arguments[1]), otherwise});
}

Value merge(Arguments arguments, const SourceRange& range) {
  Value::Map result;
  bool is_known = true;
  // Beside a null without a type Terraform takes sets and lists too.
  const bool may_take_all = std::any_of(arguments.begin(), arguments.end(), [](const Value& argument) {
    return argument.is_null() || argument.is_unknown();
  });
  for (const Value& argument : arguments) {
    if (argument.is_null()) continue;
    const auto* map = argument.as_open_map();
    if (argument.is_unknown() || (map == nullptr && may_take_all)) {
      is_known = false;
      continue;
    }
    if (map == nullptr) return no_collection(argument, range);
    for (auto& [key, value] : result) {
      if (map->others.empty()) break;
      std::vector<Value> possible = map->others_under(key);
      possible.insert(possible.begin(), value);
      value = join_alternatives(std::move(possible));
    }
    for (const auto& [key, value] : *map) {
      const auto earlier = map->is_open ? result.find(key) : result.end();
      result.insert_or_assign(key, earlier == result.end() ? value : join_alternatives({earlier->second, value}));
    }
    result.is_open = result.is_open || map->is_open;
    result.others.insert(result.others.end(), map->others.begin(), map->others.end());
  }
  return is_known ? Value{std::move(result)} : not_folded();
}

Value to_map(Arguments arguments, const SourceRange& range) {
  if (arguments[0].is_null()) return arguments[0];
  const auto* map = arguments[0].as_open_map();
  return map != nullptr ? to_one_type(*map, range) : no_collection(arguments[0], range);
}

Value values(Arguments arguments, const SourceRange& range) {
  const auto* map = arguments[0].as_open_map();
  if (map == nullptr) return no_collection(arguments[0], range);
  Value::List result;
  result.is_open = map->is_open;
  for (const auto& [key, value] : *map) result.push_back(value);
  for (const auto& [key, value] : map->others) result.push_back(value);
  return Value{std::move(result)};
}

Value zip_map(Arguments arguments, const SourceRange& range) {
  Value failure;
  const auto* names = arguments[0].as_open_list();  // a set's are sorted
  if (names == nullptr) return no_collection(arguments[0], range);
  const auto* items = ordered_list(arguments[1], range, failure);
  if (items == nullptr) return failure;
  if (names->is_open || items->is_open) return not_folded();
  if (names->size() != items->size()) return Value::error(range);
  Value::Map result;
  for (std::size_t index = 0; index < names->size(); ++index) {
    if ((*names)[index].is_null()) return Value::error(range);
    const auto name = (*names)[index].as_known_string();
    if (!name) return not_folded();
    result.insert_or_assign(*name, (*items)[index]);
  }
  return Value{std::move(result)};
}

constexpr NamedFunction table[] = {
    {"keys", keys, 1, 1, 0},          {"lookup", lookup, 2, 3, 0, true}, {"merge", merge, 0, any_number, 0, true},
    {"tomap", to_map, 1, 1, 0, true}, {"values", values, 1, 1, 0},       {"zipmap", zip_map, 2, 2, 0},
};

}  // namespace

std::span<const NamedFunction> map_functions() { return table; }

}  // namespace statelane::hcl
