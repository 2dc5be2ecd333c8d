#include "states/loops.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace statelane::states {

namespace {

using hcl::Expression;
using hcl::ExpressionKind;
using hcl::Value;
using terraform::Loop;

/// The key and value of one element.
using Element = std::pair<Value, Value>;

Value number(std::size_t value) { return Value{Value::Number{static_cast<double>(value)}}; }

Element unknown_element(const Loop& loop, const Value& collection) {
  const auto* why = std::get_if<Value::Unknown>(&collection.data);
  const bool is_variable = loop.kind == Loop::Kind::for_expression;
  const auto reason = [&](std::string_view name) {
    const std::string whole = is_variable ? std::string(name) : fmt::format("{}.{}", loop.value_name, name);
    return fmt::format("{} takes a value for each element{}", whole, why != nullptr ? ": " + why->reason : "");
  };
  const SourceRange range = loop.collection->range;
  return {Value::unknown(reason(is_variable ? loop.key_name : "key"), range),
          Value::unknown(reason(is_variable ? loop.value_name : "value"), range)};
}

void add_count(const Loop& loop, const Value& collection, std::vector<Element>& elements) {
  const auto* count = std::get_if<Value::Number>(&collection.data);
  if (count == nullptr || count->value > static_cast<double>(most_rounds)) {
    const Value index = Value::unknown("count.index takes a value for each element", loop.collection->range);
    elements.emplace_back(index, index);
    return;
  }
  for (std::size_t index = 0; static_cast<double>(index) < count->value; ++index) {
    elements.emplace_back(number(index), number(index));
  }
}

/// Appends the elements of `collection`, which holds no alternatives.
void add_elements(const Loop& loop, const Value& collection, std::vector<Element>& elements) {
  if (std::holds_alternative<Value::Null>(collection.data) || collection.is_error()) return;
  if (loop.kind == Loop::Kind::count) return add_count(loop, collection, elements);
  const auto* list = std::get_if<Value::List>(&collection.data);
  const auto* map = std::get_if<Value::Map>(&collection.data);
  const std::size_t size = list != nullptr ? list->size() : map != nullptr ? map->size() : most_rounds + 1;
  if (size > most_rounds) {
    elements.push_back(unknown_element(loop, collection));
  } else if (map != nullptr) {
    for (const auto& [key, value] : *map) elements.emplace_back(Value::text(key), value);
  } else {
    const bool is_set = list->is_set || loop.kind == Loop::Kind::for_each;
    // The type of a variable may make a set of a list: then the key is the element.
    const bool is_list = loop.collection->kind == ExpressionKind::tuple;
    for (std::size_t index = 0; index < size; ++index) {
      const Value& item = (*list)[index];
      const Value key = is_list ? number(index) : Value{Value::OneOf{{number(index), item}}};
      elements.emplace_back(is_set ? item : key, item);
    }
  }
}

/// Order and duplicates of elements do not matter to a loop: behind functions that change no more than those, the
/// collection may be known where their result is not.
const Expression* without_sorting(const Expression* expression) {
  constexpr std::array names = {"toset", "tolist", "distinct", "sort", "reverse", "nonsensitive"};
  const auto is_sorting = [&](const Expression& call) {
    return call.kind == ExpressionKind::call && call.operands.size() == 1 && !call.has_ellipsis &&
           std::find(names.begin(), names.end(), call.text) != names.end();
  };
  while (is_sorting(*expression)) expression = expression->operands[0];
  return expression;
}

std::vector<Element> find_elements(const Loop& loop, const Round& round, const Fold& fold) {
  Value collection = fold(*loop.collection, round);
  const Expression* inner = without_sorting(loop.collection);
  if (collection.is_unknown() && !collection.is_error() && inner != loop.collection) {
    Value known = fold(*inner, round);
    if (std::holds_alternative<Value::List>(known.data)) collection = std::move(known);
  }
  std::vector<Element> elements;
  if (const auto* one_of = std::get_if<Value::OneOf>(&collection.data)) {
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
      for (Round& round : next) bind(loop, unknown_element(loop, Value{}), round);
    }
    rounds = std::move(next);
  }
  return rounds;
}

}  // namespace statelane::states
