#include "hcl/alternatives.hpp"

#include <algorithm>

namespace statelane::hcl {

namespace {

/// The same value, of which nothing is known any more.
Value widened(const Value& value, std::string_view why) {
  return Value{Value::Unknown{std::string(why), {}, false, value.may_climb()}};
}

}  // namespace

Value join_alternatives(std::vector<Value> values) {
  if (values.size() == 1) return std::move(values.front());
  std::vector<Value> flat;
  const auto add = [&](const Value& value) {
    if (std::find(flat.begin(), flat.end(), value) == flat.end()) flat.push_back(value);
  };
  for (const Value& value : values) {
    if (const auto* nested = value.as_one_of()) {
      std::for_each(nested->values.begin(), nested->values.end(), add);
    } else {
      add(value);
    }
  }
  if (flat.size() == 1) return std::move(flat.front());
  if (flat.size() <= Value::most_alternatives) return Value{Value::OneOf{std::move(flat)}};
  const bool may_climb = std::any_of(flat.begin(), flat.end(), [](const Value& value) { return value.may_climb(); });
  return Value{Value::Unknown{"too many possibilities", {}, false, may_climb}};
}

std::vector<std::vector<Value>> combinations(std::span<const Value> values) {
  std::vector<std::vector<Value>> rows = {{}};
  for (const Value& value : values) {
    const auto* one_of = value.as_one_of();
    const std::vector<Value> choices = one_of != nullptr ? one_of->values : std::vector<Value>{value};
    if (rows.size() * choices.size() > Value::most_alternatives) {
      for (auto& row : rows) row.push_back(widened(value, "too many possibilities"));
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
  return rows;
}

Value value_under(const Value::Map& map, const std::string& name, const Value& otherwise) {
  const auto found = map.find(name);
  if (!map.is_open) return found != map.end() ? found->second : otherwise;
  std::vector<Value> possible = map.others_under(name);
  if (found != map.end()) possible.push_back(found->second);
  possible.push_back(otherwise);
  return join_alternatives(std::move(possible));
}

Value any_member(const Value& collection, const Value& why) {
  std::vector<Value> members = {Value::error({})};
  if (const auto* map = collection.as_open_map()) {
    for (const auto& [name, value] : *map) members.push_back(value);
    for (const auto& [key, value] : map->others) members.push_back(value);
  } else if (const auto* list = collection.as_open_list()) {
    members.insert(members.end(), list->begin(), list->end());
  }
  if (members.size() > Value::most_alternatives) {
    const auto* given = why.as_unknown();
    return Value{
        Value::Unknown{given != nullptr ? given->reason : "it may be any element", {}, false, collection.may_climb()}};
  }
  return join_alternatives(std::move(members));
}

}  // namespace statelane::hcl
