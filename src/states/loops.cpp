#include "states/loops.hpp"

#include <fmt/format.h>

#include <algorithm>
#include "hcl/convert.hpp"

namespace statelane::states {

namespace {

using hcl::Value;
using terraform::Loop;

/// The key and value of one element.
using Element = std::pair<Value, Value>;

Value number(std::size_t value) { return Value{hcl::Number::of(static_cast<std::int64_t>(value))}; }

Element unknown_element(const Loop& loop, const Value& collection) {
  const auto* why = collection.as_unknown();
  const bool is_variable = loop.kind == Loop::Kind::for_expression;
  const auto unknown = [&](std::string_view name) {
    const std::string whole = is_variable ? std::string(name) : fmt::format("{}.{}", loop.value_name, name);
    const std::string more = why != nullptr ? ": " + why->reason : "";
    return Value{Value::Unknown{fmt::format("{} takes a value for each element{}", whole, more), loop.collection->range,
                                false, collection.may_climb()}};
  };
  return {unknown(is_variable ? loop.key_name : "key"), unknown(is_variable ? loop.value_name : "value")};
}

void add_count(const Loop& loop, const Value& collection, std::vector<Element>& elements) {
  const Value size = hcl::to_number(collection, loop.collection->range);
  const auto count = size.as_number() != nullptr ? size.as_number()->to_integer() : std::nullopt;
  if (!count || *count > static_cast<std::int64_t>(most_rounds)) {
    const Value index = Value::unknown("count.index takes a value for each element", loop.collection->range);
    elements.emplace_back(index, index);
    return;
  }
  for (std::size_t index = 0; static_cast<std::int64_t>(index) < *count; ++index)
    elements.emplace_back(number(index), number(index));
}

/// Appends the elements of `collection`, which holds no alternatives.
void add_elements(const Loop& loop, const Value& collection, std::vector<Element>& elements) {
  if (collection.is_null() || collection.is_error()) return;
  if (loop.kind == Loop::Kind::count) return add_count(loop, collection, elements);
  const auto* list = collection.as_open_list();
  const auto* map = collection.as_open_map();
  const std::size_t size = list != nullptr  ? list->size()
                           : map != nullptr ? map->size() + map->others.size()
                                            : most_rounds + 1;
  if (size > most_rounds) {
    elements.push_back(unknown_element(loop, collection));
  } else if (map != nullptr) {
    for (const auto& [key, value] : *map) elements.emplace_back(Value::text(key), value);
    elements.insert(elements.end(), map->others.begin(), map->others.end());
  } else {
    const bool is_keyed_by_itself = list->is_set || loop.kind == Loop::Kind::for_each;
    const Value any = Value::unknown("the element's place is not known", loop.collection->range);
    for (std::size_t index = 0; index < size; ++index) {
      const Value& item = (*list)[index];
      const Value key = list->is_open ? any : number(index);
      elements.emplace_back(is_keyed_by_itself ? item : key, item);
    }
  }
}

std::vector<Element> find_elements(const Loop& loop, const Round& round, const Fold& fold) {
  const Value collection = fold(*loop.collection, round);
  std::vector<Element> elements;
  if (const auto* one_of = collection.as_one_of()) {
    for (const Value& alternative : one_of->values) add_elements(loop, alternative, elements);
  } else {
    add_elements(loop, collection, elements);
  }
  return elements;
}

void bind(const Loop& loop, const Element& element, Round& round) {
  switch (loop.kind) {
    case Loop::Kind::for_expression:
      if (!loop.key_name.empty()) round.emplace_back(loop.key_name, element.first);
      round.emplace_back(loop.value_name, element.second);
      return;
    case Loop::Kind::count: round.emplace_back(loop.value_name, Value{Value::Map{{"index", element.first}}}); return;
    case Loop::Kind::for_each:
    case Loop::Kind::dynamic_block:
      round.emplace_back(loop.value_name, Value{Value::Map{{"key", element.first}, {"value", element.second}}});
      return;
  }
}

bool is_left_out(const Loop& loop, const Round& round, const Fold& fold) {
  return loop.condition != nullptr && fold(*loop.condition, round) == Value{false};
}

}  // namespace

std::vector<Round> find_rounds(std::span<const Loop> loops, const Fold& fold) {
  std::vector<Round> rounds = {{}};
  for (const Loop& loop : loops) {
    std::vector<Round> next;
    for (const Round& round : rounds) {
      for (const Element& element : find_elements(loop, round, fold)) {
        next.push_back(round);
        bind(loop, element, next.back());
        if (is_left_out(loop, next.back(), fold)) next.pop_back();
      }
    }
    if (next.size() > most_rounds) {
      next = std::move(rounds);
      for (Round& round : next) bind(loop, unknown_element(loop, fold(*loop.collection, round)), round);
    }
    rounds = std::move(next);
  }
  return rounds;
}

}  // namespace statelane::states
