#include <algorithm>

#include "hcl/alternatives.hpp"
#include "hcl/convert.hpp"
#include "hcl/fold_arguments.hpp"
#include "hcl/fold_functions.hpp"

namespace statelane::hcl {

namespace {

Value number(std::size_t value) { return Value{Number::of(static_cast<std::int64_t>(value))}; }

/// Any number of these.
Value open_list(std::vector<Value> items, bool is_set = false) {
  Value::List result(items.begin(), items.end());
  result.is_open = true;
  result.is_set = is_set;
  return Value{std::move(result)};
}

Value element(Arguments arguments, const SourceRange& range) {
  Value failure;
  const auto* list = ordered_list(arguments[0], range, failure);
  if (list == nullptr) return failure;
  const Integer index = integer_at(arguments, 1, range);
  if (!index.value && index.failure.is_error()) return index.failure;
  if (!list->is_open && list->empty()) return Value::error(range);
  if (!index.value || list->is_open) return any_member(arguments[0], arguments[1]);
  const auto size = static_cast<std::int64_t>(list->size());
  const Value found = (*list)[static_cast<std::size_t>(((*index.value % size) + size) % size)];
  // Newer versions count from the end, others refuse.
  return *index.value < 0 ? join_alternatives({found, Value::error(range)}) : found;
}

Value concat(Arguments arguments, const SourceRange& range) {
  Value::List result;
  for (const Value& argument : arguments) {
    if (argument.is_unknown()) {
      result.is_open = true;
      result.push_back(argument);
      continue;
    }
    Value failure;
    const auto* list = ordered_list(argument, range, failure);
    if (list == nullptr) return failure;
    if (result.size() + list->size() > longest_list) return not_folded();
    result.is_open = result.is_open || list->is_open;
    result.insert(result.end(), list->begin(), list->end());
  }
  // Lists, other than tuples, get one type.
  return Value{blur_numbers(std::move(result))};
}

Value length(Arguments arguments, const SourceRange& range) {
  const Value& argument = arguments[0];
  if (const auto* list = argument.as_list()) return number(list->size());
  if (const auto* map = argument.as_map()) return number(map->size());
  if (argument.as_bool() != nullptr || argument.as_number() != nullptr) return Value::error(range);
  // Characters as people see them: beyond ASCII bytes do not tell.
  const auto text = known_text(arguments, 0);
  return text && is_ascii(*text) ? number(text->size()) : not_folded();
}

Value to_list(Arguments arguments, const SourceRange& range) {
  if (arguments[0].is_null()) return arguments[0];
  const auto* list = arguments[0].as_open_list();
  return list != nullptr ? to_one_type(*list, range) : no_collection(arguments[0], range);
}

Value to_string_of(Arguments arguments, const SourceRange& range) { return to_string(arguments[0], range); }

Value to_bool(Arguments arguments, const SourceRange& range) {
  return arguments[0].is_null() ? arguments[0] : to_boolean(arguments[0], range);
}

Value distinct(Arguments arguments, const SourceRange& range) {
  const auto* given = arguments[0].as_open_list();
  if (given == nullptr) return no_collection(arguments[0], range);
  const Value unified = to_one_type(*given, range);
  const auto* list = unified.as_open_list();
  if (list == nullptr) return unified;
  std::vector<Value> result;
  for (const Value& item : *list) {
    bool is_new = item.is_definite();
    for (const Value& earlier : result) {
      const auto equal = is_equal(earlier, item);
      if (!equal) return open_list({list->begin(), list->end()});
      is_new = is_new && !*equal;
    }
    if (!item.is_definite()) return open_list({list->begin(), list->end()});
    if (is_new) result.push_back(item);
  }
  if (list->is_open) return open_list(std::move(result));
  return Value{Value::List(result.begin(), result.end())};
}

/// Whether a text is empty; empty where that is not known.
std::optional<bool> is_empty(const Value& value) {
  const auto* text = value.as_text();
  if (text == nullptr) return value.is_unknown() ? std::nullopt : std::optional(false);
  if (text->pieces.empty()) return true;
  const bool holds_known =
      std::any_of(text->pieces.begin(), text->pieces.end(), [](const auto& piece) { return piece.has_value(); });
  return holds_known ? std::optional(false) : std::nullopt;
}

/// Every element as a string; an error where one is none.
Value to_strings(const Value::List& list, const SourceRange& range) {
  Value::List result;
  result.is_open = list.is_open;
  for (const Value& item : list) {
    Value text = combine(std::span(&item, 1), [&](Arguments chosen) { return to_string(chosen[0], range); });
    if (text.is_error()) return text;
    result.push_back(std::move(text));
  }
  return Value{std::move(result)};
}

Value compact(Arguments arguments, const SourceRange& range) {
  const auto* given = arguments[0].as_open_list();
  if (given == nullptr) return no_collection(arguments[0], range);
  const Value strings = to_strings(*given, range);
  const auto* list = strings.as_open_list();
  if (list == nullptr) return strings;
  Value::List result;
  result.is_open = list->is_open;
  for (const Value& item : *list) {
    if (item.is_null()) continue;
    const auto empty = item.as_one_of() != nullptr ? std::nullopt : is_empty(item);
    if (!empty) result.is_open = true;
    if (!empty || !*empty) result.push_back(item);
  }
  return Value{std::move(result)};
}

Value sort(Arguments arguments, const SourceRange& range) {
  const auto* given = arguments[0].as_open_list();
  if (given == nullptr) return no_collection(arguments[0], range);
  const Value strings = to_strings(*given, range);
  const auto* list = strings.as_open_list();
  if (list == nullptr) return strings;
  const auto is_null = [](const Value& item) { return item.is_null(); };
  if (std::any_of(list->begin(), list->end(), is_null)) return Value::error(range);
  const auto is_known = [](const Value& item) { return item.as_known_string().has_value(); };
  if (list->is_open || !std::all_of(list->begin(), list->end(), is_known))
    return open_list({list->begin(), list->end()});
  Value::List result = *list;
  std::sort(result.begin(), result.end(),
            [](const Value& left, const Value& right) { return *left.as_known_string() < *right.as_known_string(); });
  return Value{std::move(result)};
}

Value reverse(Arguments arguments, const SourceRange& range) {
  const auto* list = arguments[0].as_open_list();
  if (list == nullptr) return no_collection(arguments[0], range);
  Value::List result(list->rbegin(), list->rend());
  result.is_open = list->is_open;
  return Value{std::move(result)};
}

Value slice(Arguments arguments, const SourceRange& range) {
  Value failure;
  const auto* list = ordered_list(arguments[0], range, failure);
  if (list == nullptr) return failure;
  const Integer begin = integer_at(arguments, 1, range);
  const Integer end = integer_at(arguments, 2, range);
  for (const Integer* bound : {&begin, &end}) {
    if (!bound->value && bound->failure.is_error()) return bound->failure;
  }
  if (!begin.value || !end.value || list->is_open) return open_list({list->begin(), list->end()});
  if (*begin.value < 0 || *end.value < *begin.value || static_cast<std::size_t>(*end.value) > list->size())
    return Value::error(range);
  return Value{Value::List(list->begin() + *begin.value, list->begin() + *end.value)};
}

Value one(Arguments arguments, const SourceRange& range) {
  const auto* list = arguments[0].as_open_list();
  if (list == nullptr) return no_collection(arguments[0], range);
  if (list->is_open) {
    return join_alternatives({any_member(arguments[0], arguments[0]), Value{}});
  }
  if (list->size() > 1) return Value::error(range);
  return list->empty() ? Value{} : list->front();
}

Value index_of(Arguments arguments, const SourceRange& range) {
  Value failure;
  const auto* list = ordered_list(arguments[0], range, failure);
  if (list == nullptr) return failure;
  if (list->is_open) return not_folded();
  for (std::size_t index = 0; index < list->size(); ++index) {
    const auto equal = is_equal((*list)[index], arguments[1]);
    if (!equal) return not_folded();
    if (*equal) return number(index);
  }
  return Value::error(range);
}

Value contains(Arguments arguments, const SourceRange& range) {
  const auto* list = arguments[0].as_open_list();
  if (list == nullptr)
    return arguments[0].is_unknown() ? Value::boolean_or_other() : no_collection(arguments[0], range);
  bool is_known = !list->is_open;
  for (const Value& item : *list) {
    const auto equal = is_equal(item, arguments[1]);
    is_known = is_known && equal;
    if (!list->is_open && equal && *equal) return Value{true};
  }
  return is_known ? Value{false} : Value::boolean_or_other();
}

Value chunk_list(Arguments arguments, const SourceRange& range) {
  const auto* given = arguments[0].as_open_list();
  if (given == nullptr) return no_collection(arguments[0], range);
  const Value unified = given->is_set ? arguments[0] : to_one_type(*given, range);
  const auto* list = unified.as_open_list();
  if (list == nullptr) return unified;
  const Integer size = integer_at(arguments, 1, range);
  if (!size.value) return size.failure;
  if (*size.value < 0) return Value::error(range);
  if (list->is_open) return not_folded();
  Value::List result;
  Value::List chunk;
  for (const Value& item : *list) {
    chunk.push_back(item);
    if (*size.value > 0 && chunk.size() == static_cast<std::size_t>(*size.value))
      result.emplace_back(std::exchange(chunk, Value::List{}));
  }
  if (!chunk.empty()) result.emplace_back(std::move(chunk));
  return Value{std::move(result)};
}

/// The elements of `item`, and of lists in it, in `result`. Whether something is a list, and how long, may be open.
void append_flat(const Value& item, Value::List& result) {
  if (const auto* list = item.as_open_list()) {
    result.is_open = result.is_open || list->is_open;
    for (const Value& inner : *list) append_flat(inner, result);
    return;
  }
  const auto* one_of = item.as_one_of();
  const auto may_be_list = [](const Value& part) { return part.as_open_list() != nullptr || part.is_unknown(); };
  if (one_of != nullptr && std::any_of(one_of->values.begin(), one_of->values.end(), may_be_list)) {
    result.is_open = true;
    for (const Value& part : one_of->values) append_flat(part, result);
    return;
  }
  result.is_open = result.is_open || item.is_unknown();
  result.push_back(item);
}

Value flatten(Arguments arguments, const SourceRange& range) {
  if (arguments[0].as_open_list() == nullptr) return no_collection(arguments[0], range);
  Value::List result;
  append_flat(arguments[0], result);
  return Value{std::move(result)};
}

/// The first list that is not empty.
Value coalesce_list(Arguments arguments, const SourceRange& range) {
  for (const Value& argument : arguments) {
    const auto* list = argument.as_open_list();
    if (list == nullptr ? !argument.is_unknown() : list->is_set) return Value::error(range);
  }
  std::vector<Value> possible;
  for (const Value& argument : arguments) {
    const auto* list = argument.as_open_list();
    const bool is_empty = list != nullptr && !list->is_open && list->empty();
    if (!is_empty) possible.push_back(argument);
    if (list != nullptr && !list->is_open && !is_empty) return join_alternatives(std::move(possible));
  }
  possible.push_back(Value::error(range));
  return join_alternatives(std::move(possible));
}

Value same(Arguments arguments, const SourceRange&) { return arguments[0]; }

constexpr NamedFunction table[] = {
    {"chunklist", chunk_list, 2, 2, 0},
    {"coalescelist", coalesce_list, 1, any_number, 0},
    {"compact", compact, 1, 1, 0},
    {"concat", concat, 1, any_number, 0},
    {"contains", contains, 2, 2, 0},
    {"distinct", distinct, 1, 1, 0},
    {"element", element, 2, 2, 0},
    {"flatten", flatten, 1, 1, 0},
    {"index", index_of, 2, 2, 0},
    {"length", length, 1, 1, 0},
    {"nonsensitive", same, 1, 1, 0, true},
    {"one", one, 1, 1, 0},
    {"reverse", reverse, 1, 1, 0},
    {"sensitive", same, 1, 1, 0, true},
    {"slice", slice, 3, 3, 0},
    {"sort", sort, 1, 1, 0},
    {"tobool", to_bool, 1, 1, 0, true},
    {"tolist", to_list, 1, 1, 0, true},
    {"tostring", to_string_of, 1, 1, 0, true},
};

}  // namespace

std::span<const NamedFunction> collection_functions() { return table; }

}  // namespace statelane::hcl
