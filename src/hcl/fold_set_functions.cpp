#include <algorithm>

#include "hcl/convert.hpp"
#include "hcl/fold_arguments.hpp"

namespace statelane::hcl {

namespace {

Value to_set_of(Arguments arguments, const SourceRange& range) { return to_set(arguments[0], range); }

/// All arguments as sets of strings that are known; empty where one is not.
std::optional<std::vector<Value::List>> known_sets(Arguments arguments, const SourceRange& range) {
  std::vector<Value::List> result;
  for (const Value& argument : arguments) {
    const Value set = to_set(argument, range);
    const auto* list = set.as_list();
    const auto is_text = [](const Value& item) { return item.as_text() != nullptr && item.as_known_string(); };
    if (list == nullptr || !std::all_of(list->begin(), list->end(), is_text)) return std::nullopt;
    result.push_back(*list);
  }
  return result;
}

/// Of the first set's elements those for which `is_kept(element, another set)` holds for all other sets.
template <typename IsKept>
Value filter(Arguments arguments, const SourceRange& range, const IsKept& is_kept) {
  const auto sets = known_sets(arguments, range);
  if (!sets) return not_folded();
  Value::List result;
  result.is_set = true;
  for (const Value& item : sets->front()) {
    const bool stays = std::all_of(sets->begin() + 1, sets->end(), [&](const Value::List& other) {
      return is_kept(std::find(other.begin(), other.end(), item) != other.end());
    });
    if (stays) result.push_back(item);
  }
  return Value{std::move(result)};
}

Value intersection(Arguments arguments, const SourceRange& range) {
  return filter(arguments, range, [](bool is_in_other) { return is_in_other; });
}

Value subtraction(Arguments arguments, const SourceRange& range) {
  return filter(arguments, range, [](bool is_in_other) { return !is_in_other; });
}

Value set_union(Arguments arguments, const SourceRange& range) {
  Value::List all;
  for (const Value& argument : arguments) {
    const auto* list = argument.as_open_list();
    if (list == nullptr || all.size() + list->size() > longest_list) return not_folded();
    all.is_open = all.is_open || list->is_open;
    all.insert(all.end(), list->begin(), list->end());
  }
  return to_set(Value{std::move(all)}, range);
}

/// A set, in another order, where one argument is a set.
Value set_product(Arguments arguments, const SourceRange& range) {
  std::vector<Value> factors;
  for (const Value& argument : arguments) {
    const auto* given = argument.as_open_list();
    if (given == nullptr && !argument.is_unknown()) return Value::error(range);
    factors.push_back(given == nullptr || given->is_set ? argument : to_one_type(*given, range));
    if (factors.back().is_error()) return factors.back();
  }
  std::vector<Value::List> rows = {{}};
  bool is_set = false;
  for (const Value& factor : factors) {
    const auto* list = factor.as_open_list();
    if (list == nullptr || list->is_open || rows.size() * list->size() > longest_list / 10) return not_folded();
    is_set = is_set || list->is_set;
    std::vector<Value::List> next;
    for (const Value::List& row : rows) {
      for (const Value& item : *list) {
        next.push_back(row);
        next.back().push_back(item);
      }
    }
    rows = std::move(next);
  }
  Value::List result;
  for (Value::List& row : rows) result.emplace_back(blur_numbers(std::move(row)));
  result.is_set = is_set;
  result.is_open = is_set && result.size() > 1;
  return Value{std::move(result)};
}

constexpr NamedFunction table[] = {
    {"setintersection", intersection, 1, any_number, 0},
    {"setproduct", set_product, 2, any_number, 0},
    {"setsubtract", subtraction, 2, 2, 0},
    {"setunion", set_union, 1, any_number, 0},
    {"toset", to_set_of, 1, 1, 0, true},
};

}  // namespace

std::span<const NamedFunction> set_functions() { return table; }

}  // namespace statelane::hcl
