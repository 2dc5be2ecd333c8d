#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "hcl/fold_arguments.hpp"
#include "hcl/fold_functions.hpp"

namespace statelane::hcl {

namespace {

Value number(double value) { return Value{Value::Number{value}}; }

bool is_number(const Value& value) { return std::holds_alternative<Value::Number>(value.data); }

/// All strings of a list; empty when one is not wholly known or no string.
std::optional<std::vector<std::string>> known_texts(const Value::List& list) {
  std::vector<std::string> result;
  for (const Value& item : list) {
    if (!std::holds_alternative<Value::Text>(item.data) || !item.as_known_string()) return std::nullopt;
    result.push_back(*item.as_known_string());
  }
  return result;
}

Value to_list(std::vector<std::string> texts) {
  Value::List result;
  for (std::string& text : texts) result.push_back(Value::text(std::move(text)));
  return Value{std::move(result)};
}

Value element(Arguments arguments, const SourceRange&) {
  const Value::List* list = arguments.empty() ? nullptr : as_list(arguments[0]);
  const auto index = known_integer(arguments, 1);
  if (list == nullptr || list->empty() || !index) return not_folded();
  const long size = static_cast<long>(list->size());
  return (*list)[static_cast<std::size_t>(((*index % size) + size) % size)];
}

Value lookup(Arguments arguments, const SourceRange&) {
  const Value::Map* map = arguments.empty() ? nullptr : as_map(arguments[0]);
  const auto key = known_text(arguments, 1);
  if (map == nullptr || !key) return not_folded();
  const auto found = map->find(*key);
  if (found != map->end()) return found->second;
  return arguments.size() > 2 ? arguments[2] : not_folded();
}

Value concat(Arguments arguments, const SourceRange&) {
  Value::List result;
  for (const Value& argument : arguments) {
    const Value::List* list = as_list(argument);
    if (list == nullptr) return not_folded();
    if (result.size() + list->size() > longest_list) return not_folded();
    result.insert(result.end(), list->begin(), list->end());
  }
  return Value{std::move(result)};
}

Value merge(Arguments arguments, const SourceRange&) {
  Value::Map result;
  for (const Value& argument : arguments) {
    if (std::holds_alternative<Value::Null>(argument.data)) continue;
    const Value::Map* map = as_map(argument);
    if (map == nullptr) return not_folded();
    for (const auto& [key, value] : *map) result.insert_or_assign(key, value);
  }
  return Value{std::move(result)};
}

Value keys(Arguments arguments, const SourceRange&) {
  const Value::Map* map = arguments.size() == 1 ? as_map(arguments[0]) : nullptr;
  if (map == nullptr) return not_folded();
  Value::List result;
  for (const auto& [key, value] : *map) result.push_back(Value::text(key));
  return Value{std::move(result)};
}

Value values(Arguments arguments, const SourceRange&) {
  const Value::Map* map = arguments.size() == 1 ? as_map(arguments[0]) : nullptr;
  if (map == nullptr) return not_folded();
  Value::List result;
  for (const auto& [key, value] : *map) result.push_back(value);
  return Value{std::move(result)};
}

Value length(Arguments arguments, const SourceRange&) {
  if (arguments.size() != 1) return not_folded();
  if (const Value::List* list = as_list(arguments[0])) return number(static_cast<double>(list->size()));
  if (const Value::Map* map = as_map(arguments[0])) return number(static_cast<double>(map->size()));
  const auto text = std::holds_alternative<Value::Text>(arguments[0].data) ? known_text(arguments, 0) : std::nullopt;
  // Characters as people see them: beyond ASCII bytes do not tell.
  const auto is_ascii = [](char byte) { return static_cast<unsigned char>(byte) < 0x80; };
  if (!text || !std::all_of(text->begin(), text->end(), is_ascii)) return not_folded();
  return number(static_cast<double>(text->size()));
}

/// Sets are lists here, sorted and without duplicates, as Terraform iterates over them.
Value to_set(Arguments arguments, const SourceRange&) {
  const Value::List* list = list_at(arguments, 0);
  if (list == nullptr) return not_folded();
  Value result = arguments[0];
  if (auto texts = known_texts(*list)) {
    std::sort(texts->begin(), texts->end());
    texts->erase(std::unique(texts->begin(), texts->end()), texts->end());
    result = to_list(*std::move(texts));
  } else if (list->size() >= 2) {
    return not_folded();
  }
  std::get<Value::List>(result.data).is_set = true;
  return result;
}

Value tolist(Arguments arguments, const SourceRange&) {
  if (arguments.size() != 1) return not_folded();
  Value result = arguments[0];
  if (auto* list = std::get_if<Value::List>(&result.data)) list->is_set = false;
  return result;
}

Value distinct(Arguments arguments, const SourceRange&) {
  const Value::List* list = list_at(arguments, 0);
  auto texts = list != nullptr ? known_texts(*list) : std::nullopt;
  if (!texts) return not_folded();
  std::vector<std::string> result;
  for (std::string& text : *texts) {
    if (std::find(result.begin(), result.end(), text) == result.end()) result.push_back(std::move(text));
  }
  return to_list(std::move(result));
}

Value compact(Arguments arguments, const SourceRange&) {
  const Value::List* list = list_at(arguments, 0);
  if (list == nullptr) return not_folded();
  Value::List result;
  for (const Value& item : *list) {
    if (std::holds_alternative<Value::Null>(item.data)) continue;
    const auto text = item.as_known_string();
    if (!text) return not_folded();
    if (!text->empty()) result.push_back(item);
  }
  return Value{std::move(result)};
}

Value sort(Arguments arguments, const SourceRange&) {
  const Value::List* list = list_at(arguments, 0);
  auto texts = list != nullptr ? known_texts(*list) : std::nullopt;
  if (!texts) return not_folded();
  std::sort(texts->begin(), texts->end());
  return to_list(*std::move(texts));
}

Value reverse(Arguments arguments, const SourceRange&) {
  const Value::List* list = list_at(arguments, 0);
  return list != nullptr ? Value{Value::List(list->rbegin(), list->rend())} : not_folded();
}

Value slice(Arguments arguments, const SourceRange&) {
  const Value::List* list = list_at(arguments, 0);
  const auto begin = known_integer(arguments, 1);
  const auto end = known_integer(arguments, 2);
  if (list == nullptr || !begin || !end) return not_folded();
  if (*begin < 0 || *end < *begin || static_cast<std::size_t>(*end) > list->size()) return not_folded();
  return Value{Value::List(list->begin() + *begin, list->begin() + *end)};
}

/// `range(limit)`, `range(start, limit)`, `range(start, limit, step)`, of whole numbers.
Value range(Arguments arguments, const SourceRange&) {
  std::vector<long> bounds;
  for (std::size_t index = 0; index < arguments.size(); ++index) {
    const auto bound = known_integer(arguments, index);
    if (!bound || std::labs(*bound) > 1'000'000'000) return not_folded();
    bounds.push_back(*bound);
  }
  if (bounds.empty() || bounds.size() > 3) return not_folded();
  const long start = bounds.size() == 1 ? 0 : bounds[0];
  const long limit = bounds.size() == 1 ? bounds[0] : bounds[1];
  const long step = bounds.size() == 3 ? bounds[2] : limit < start ? -1 : 1;
  constexpr std::size_t longest_range = 1024;  // Terraform's own limit
  if (step == 0) return not_folded();
  Value::List result;
  for (long value = start; step > 0 ? value < limit : value > limit; value += step) {
    if (result.size() >= longest_range) return not_folded();
    result.push_back(number(static_cast<double>(value)));
  }
  return Value{std::move(result)};
}

Value zip_map(Arguments arguments, const SourceRange&) {
  const Value::List* names = list_at(arguments, 0);
  const Value::List* values_list = list_at(arguments, 1);
  if (names == nullptr || values_list == nullptr || names->size() != values_list->size()) return not_folded();
  Value::Map result;
  for (std::size_t index = 0; index < names->size(); ++index) {
    const auto name = (*names)[index].as_known_string();
    if (!name) return not_folded();
    result.insert_or_assign(*name, (*values_list)[index]);
  }
  return Value{std::move(result)};
}

Value one(Arguments arguments, const SourceRange&) {
  const Value::List* list = list_at(arguments, 0);
  if (list == nullptr || list->size() > 1) return not_folded();
  return list->empty() ? Value{} : list->front();
}

/// Of lists; Terraform would give a set for sets, in the same order.
Value set_product(Arguments arguments, const SourceRange&) {
  std::vector<Value::List> rows = {{}};
  for (const Value& argument : arguments) {
    const Value::List* list = as_list(argument);
    if (list == nullptr || rows.size() * list->size() > longest_list / 10) return not_folded();
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
  for (Value::List& row : rows) result.push_back(Value{std::move(row)});
  return arguments.size() < 2 ? not_folded() : Value{std::move(result)};
}

Value index_of(Arguments arguments, const SourceRange&) {
  const Value::List* list = list_at(arguments, 0);
  auto texts = list != nullptr ? known_texts(*list) : std::nullopt;
  const auto wanted = known_text(arguments, 1);
  if (!texts || !wanted) return not_folded();
  const auto found = std::find(texts->begin(), texts->end(), *wanted);
  return found != texts->end() ? number(static_cast<double>(found - texts->begin())) : not_folded();
}

template <typename Better>
Value best_of(Arguments arguments, const Better& is_better) {
  if (arguments.empty() || !std::all_of(arguments.begin(), arguments.end(), is_number)) return not_folded();
  double best = std::get<Value::Number>(arguments[0].data).value;
  for (const Value& argument : arguments) {
    const double value = std::get<Value::Number>(argument.data).value;
    if (is_better(value, best)) best = value;
  }
  return number(best);
}

Value min(Arguments arguments, const SourceRange&) {
  return best_of(arguments, [](double one_value, double other) { return one_value < other; });
}

Value max(Arguments arguments, const SourceRange&) {
  return best_of(arguments, [](double one_value, double other) { return one_value > other; });
}

Value flatten(Arguments arguments, const SourceRange& range) {
  const Value::List* list = arguments.size() == 1 ? as_list(arguments[0]) : nullptr;
  if (list == nullptr) return not_folded();
  Value::List result;
  for (const Value& item : *list) {
    if (as_list(item) == nullptr) {
      result.push_back(item);
      continue;
    }
    const Value inner = flatten(Arguments(&item, 1), range);
    result.insert(result.end(), as_list(inner)->begin(), as_list(inner)->end());
  }
  return Value{std::move(result)};
}

Value contains(Arguments arguments, const SourceRange&) {
  const Value::List* list = arguments.size() == 2 ? as_list(arguments[0]) : nullptr;
  const auto wanted = known_text(arguments, 1);
  if (list == nullptr || !wanted) return not_folded();
  for (const Value& item : *list) {
    const auto text = item.as_known_string();
    if (!text) return not_folded();
    if (*text == *wanted) return Value{true};
  }
  return Value{false};
}

Value same(Arguments arguments, const SourceRange&) { return arguments.size() == 1 ? arguments[0] : not_folded(); }

Value to_number(Arguments arguments, const SourceRange&) {
  if (arguments.size() == 1 && is_number(arguments[0])) return arguments[0];
  const auto text = known_text(arguments, 0);
  if (!text || text->empty() || text->find_first_not_of("-0123456789.") != std::string::npos) return not_folded();
  char* end = nullptr;
  const double value = std::strtod(text->c_str(), &end);
  return *end == '\0' ? number(value) : not_folded();
}

Value to_bool(Arguments arguments, const SourceRange&) {
  const auto text = known_text(arguments, 0);
  if (!text || (*text != "true" && *text != "false")) return not_folded();
  return Value{*text == "true"};
}

constexpr NamedFunction table[] = {
    {"compact", compact},
    {"concat", concat},
    {"contains", contains},
    {"distinct", distinct},
    {"element", element},
    {"flatten", flatten},
    {"index", index_of},
    {"keys", keys},
    {"length", length},
    {"lookup", lookup},
    {"max", max},
    {"merge", merge},
    {"min", min},
    {"nonsensitive", same},
    {"one", one},
    {"range", range},
    {"reverse", reverse},
    {"sensitive", same},
    {"setproduct", set_product},
    {"slice", slice},
    {"sort", sort},
    {"tobool", to_bool},
    {"tolist", tolist},
    {"tomap", same},
    {"tonumber", to_number},
    {"toset", to_set},
    {"values", values},
    {"zipmap", zip_map},
};

}  // namespace

std::span<const NamedFunction> collection_functions() { return table; }

}  // namespace statelane::hcl
