#include "terragrunt/entry.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace statelane::terragrunt {

using hcl::Value;

bool is_settled(const Value& value) {
  if (value.is_unknown() || value.as_one_of() != nullptr || !value.is_certain()) return false;
  if (const auto* list = value.as_open_list())
    return !list->is_open && std::all_of(list->begin(), list->end(), is_settled);
  if (const auto* map = value.as_map())
    return std::all_of(map->begin(), map->end(), [](const auto& item) { return is_settled(item.second); });
  return true;
}

Entry to_object(const Entries& entries) {
  Value::Map values;
  Value::Map marks;
  for (const auto& [name, entry] : entries) {
    values.emplace(name, entry.value);
    marks.emplace(name, entry.mark);
  }
  return {Value{std::move(values)}, Value{std::move(marks)}};
}

std::string describe_mark(const Value& mark) {
  if (const auto* text = mark.as_text()) {
    std::string result = "\"";
    for (const auto& piece : text->pieces) result += piece ? fmt::format("{}:{}", piece->size(), *piece) : "*";
    return result;
  }
  if (const auto* list = mark.as_open_list()) {
    std::string result = list->is_set ? "<" : "[";
    for (const Value& item : *list) result += describe_mark(item) + ",";
    return result + "]";
  }
  if (const auto* map = mark.as_map()) {
    std::string result = "{";
    for (const auto& [name, item] : *map) result += fmt::format("{}:{}={},", name.size(), name, describe_mark(item));
    return result + "}";
  }
  if (const auto* number = mark.as_number(); number != nullptr || mark.as_bool() != nullptr)
    return "=" + mark.as_known_string().value_or("?");
  return mark.is_null() ? "null" : "?";
}

}  // namespace statelane::terragrunt
