#include "hcl/convert.hpp"

#include <algorithm>
#include <functional>

#include "hcl/alternatives.hpp"
#include "hcl/text_pieces.hpp"

namespace statelane::hcl {

namespace {

bool is_primitive(const Value& value) {
  return value.as_bool() != nullptr || value.as_number() != nullptr || value.as_text() != nullptr;
}

bool is_collection(const Value& value) { return value.as_open_list() != nullptr || value.as_open_map() != nullptr; }

/// A text that is an absolute path, whatever its unknown pieces are: it says nothing else.
bool begins_absolute(const Value& text) {
  const auto& pieces = text.as_text()->pieces;
  return !pieces.empty() && pieces.front() && pieces.front()->starts_with('/');
}

/// Changes every value that `change` answers for, however deep.
using Change = std::function<std::optional<Value>(const Value&)>;
Value change_all(const Value& value, const Change& change) {
  if (auto changed = change(value)) return *std::move(changed);
  if (const auto* list = value.as_open_list()) {
    Value::List result;
    result.is_set = list->is_set;
    result.is_open = list->is_open;
    for (const Value& item : *list) result.push_back(change_all(item, change));
    return Value{std::move(result)};
  }
  if (const auto* map = value.as_open_map()) {
    Value::Map result;
    result.is_open = map->is_open;
    for (const auto& [name, item] : *map) result.emplace(name, change_all(item, change));
    for (const auto& [key, item] : map->others) result.add_other(key, change_all(item, change));
    return Value{std::move(result)};
  }
  if (const auto* one_of = value.as_one_of()) {
    std::vector<Value> results;
    for (const Value& item : one_of->values) results.push_back(change_all(item, change));
    return join_alternatives(std::move(results));
  }
  return value;
}

/// Numbers and booleans as they are or as strings.
std::optional<Value> blur(const Value& value) {
  if (value.as_bool() == nullptr && value.as_number() == nullptr) return std::nullopt;
  return Value{Value::OneOf{{value, Value::text(*value.as_known_string())}}};
}

std::optional<Value> to_plain_string(const Value& value) {
  if (value.as_bool() == nullptr && value.as_number() == nullptr) return std::nullopt;
  return Value::text(*value.as_known_string());
}

/// Kinds among values that shall get one type.
struct Kinds {
  bool has_text = false;
  bool has_number = false;
  bool has_boolean = false;
  bool has_list = false;
  bool has_set = false;  ///< among the lists
  bool has_map = false;
  bool has_unknown = false;

  void add(const Value& value) {
    if (const auto* one_of = value.as_one_of()) {
      for (const Value& item : one_of->values) add(item);
      return;
    }
    has_text = has_text || value.as_text() != nullptr;
    has_number = has_number || value.as_number() != nullptr;
    has_boolean = has_boolean || value.as_bool() != nullptr;
    const auto* list = value.as_open_list();
    has_list = has_list || (list != nullptr && !list->is_set);
    has_set = has_set || (list != nullptr && list->is_set);
    has_map = has_map || value.as_open_map() != nullptr;
    has_unknown = has_unknown || value.is_unknown();
  }

  /// Lists become sets where one of them all is a set.
  bool may_become_sets() const { return (has_list && (has_set || has_unknown)) || (has_set && has_unknown); }

  /// Of the possibilities some may have no type in common.
  bool may_differ(bool has_choice) const { return has_choice && has_number && has_boolean; }

  /// No type can be that of all of them.
  bool is_impossible() const {
    const bool has_primitive = has_text || has_number || has_boolean;
    return has_primitive + (has_list || has_set) + has_map > 1 ||
           (has_number && has_boolean && !has_text && !has_unknown);
  }
};

Value::List values_of(const Value::Map& map) {
  Value::List values;
  for (const auto& [name, value] : map) values.push_back(value);
  for (const auto& [key, value] : map.others) values.push_back(value);
  return values;
}

/// Whether values may have one type. Looks into collections, so far as a bounded number of steps reaches; what is
/// behind them may have it.
class Sharing {
 public:
  template <typename Values>
  bool may_all(const Values& ones, const Values& others) {
    for (const Value& one : ones) {
      for (const Value& other : others) {
        if (steps_left_ <= 0) return true;
        if (!may(one, other)) return false;
      }
    }
    return true;
  }

  /// Primitives all share one: the string.
  bool may(const Value& one, const Value& other) {
    if (--steps_left_ <= 0 || is_any(one) || is_any(other)) return true;
    const auto *list = one.as_open_list(), *other_list = other.as_open_list();
    if (list != nullptr && other_list != nullptr) return may_all(*list, *other_list);
    const auto *map = one.as_open_map(), *other_map = other.as_open_map();
    if (map != nullptr && other_map != nullptr) return may(*map, *other_map);
    return is_primitive(one) && is_primitive(other);
  }

 private:
  static bool is_any(const Value& value) {
    return value.is_null() || value.is_unknown() || value.as_one_of() != nullptr;
  }

  bool may(const Value::Map& one, const Value::Map& other) {
    const auto is_same_name = [](const auto& left, const auto& right) { return left.first == right.first; };
    const bool are_names_known = one.others.empty() && other.others.empty();
    if (are_names_known && std::equal(one.begin(), one.end(), other.begin(), other.end(), is_same_name)) {
      return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                        [&](const auto& left, const auto& right) { return may(left.second, right.second); });
    }
    // Objects with other attributes become maps.
    Value::List all = values_of(one);
    const Value::List more = values_of(other);
    all.insert(all.end(), more.begin(), more.end());
    return may_all(all, all);
  }

  int steps_left_ = 1'000;
};

/// A null beside collections has no type, and Terraform refuses some such lists.
bool is_untyped(const Value::List& list) {
  const auto is_null = [](const Value& item) { return item.is_null(); };
  return std::any_of(list.begin(), list.end(), is_null) && std::any_of(list.begin(), list.end(), is_collection);
}

/// How each element is converted; empty: not at all.
std::optional<Change> conversion_of(const Kinds& kinds, bool has_choice) {
  const bool has_number = kinds.has_number || kinds.has_boolean;
  const bool is_mixed = has_number && (kinds.has_text || (kinds.has_number && kinds.has_boolean));
  const bool is_nested = kinds.has_list || kinds.has_set || kinds.has_map;
  if (is_nested || (has_number && kinds.has_unknown) || (is_mixed && has_choice)) return Change(blur);
  return is_mixed ? std::optional(Change(to_plain_string)) : std::nullopt;
}

bool is_less(const Value& left, const Value& right) {
  if (left.is_null() || right.is_null()) return !left.is_null();
  if (left.as_number() != nullptr) return compare(*left.as_number(), *right.as_number()) < 0;
  if (left.as_bool() != nullptr) return !*left.as_bool() && *right.as_bool();
  return *left.as_known_string() < *right.as_known_string();
}

/// Lists that may have become sets, as both.
Value with_sets(const Value& value, const SourceRange& range) {
  const Value sets = change_all(value, [&](const Value& part) -> std::optional<Value> {
    const auto* list = part.as_open_list();
    if (list == nullptr || list->is_set) return std::nullopt;
    Value::List items;
    items.is_open = list->is_open;
    for (const Value& item : *list) items.push_back(with_sets(item, range));
    return to_set(Value{std::move(items)}, range);
  });
  const Value lists = change_all(value, [&](const Value& part) -> std::optional<Value> {
    const auto* list = part.as_open_list();
    if (list == nullptr || !list->is_set) return std::nullopt;
    Value::List items = *list;
    items.is_set = false;
    return Value{std::move(items)};
  });
  return join_alternatives({value, sets, lists});
}

}  // namespace

Value to_boolean(const Value& value, const SourceRange& range) {
  if (value.as_bool() != nullptr || value.is_unknown()) return value;
  if (value.as_text() == nullptr) return Value::error(range);
  const auto text = value.as_known_string();
  if (!text && begins_absolute(value)) return Value::error(range);
  if (!text) return Value::unknown("it may be true or false", range);
  if (*text == "true" || *text == "1") return Value{true};
  if (*text == "false" || *text == "0") return Value{false};
  return Value::error(range);
}

Value to_number(const Value& value, const SourceRange& range) {
  if (value.as_number() != nullptr || value.is_unknown()) return value;
  if (value.as_text() == nullptr) return Value::error(range);
  const auto text = value.as_known_string();
  if (!text && begins_absolute(value)) return Value::error(range);
  if (!text) return Value::unknown("it may be any number", range);
  if (const auto number = Number::parse(*text)) return Value{*number};
  // Beyond what is read here Go's numbers have exponents of two, and may be infinite.
  const bool may_be_number =
      !text->empty() && text->find_first_not_of("+-.0123456789eEpPiInNfFtTyY") == std::string::npos;
  return may_be_number ? Value::unknown("the number is not exact", range) : Value::error(range);
}

Value to_string(const Value& value, const SourceRange& range) {
  if (is_collection(value)) return Value::error(range);
  return to_plain_string(value).value_or(value);
}

Value to_one_type(const Value::List& list, const SourceRange& range) {
  Kinds kinds;
  const bool has_choice = list.is_open || std::any_of(list.begin(), list.end(),
                                                      [](const Value& item) { return item.summary().has_choice; });
  for (const Value& item : list) kinds.add(item);
  const bool is_impossible = kinds.is_impossible();
  if (is_impossible && !has_choice) return Value::error(range);
  if (is_impossible || kinds.may_differ(has_choice) || !Sharing().may_all(list, list) || is_untyped(list))
    return Value{Value::Unknown{"its elements may have no type in common", range, false, Value{list}.may_climb()}};
  const auto change = conversion_of(kinds, has_choice);
  Value::List result;
  result.is_open = list.is_open;
  for (const Value& item : list) {
    Value changed = change ? change_all(item, *change) : item;
    result.push_back(kinds.may_become_sets() ? with_sets(changed, range) : std::move(changed));
  }
  return Value{std::move(result)};
}

Value to_one_type(const Value::Map& map, const SourceRange& range) {
  const Value::List values = values_of(map);
  const Value changed = to_one_type(values, range);
  const auto* list = changed.as_list();
  if (list == nullptr) return changed;
  Value::Map result;
  result.is_open = map.is_open;
  std::size_t index = 0;
  for (const auto& [name, value] : map) result.emplace(name, (*list)[index++]);
  for (const auto& [key, value] : map.others) result.add_other(key, (*list)[index++]);
  return Value{std::move(result)};
}

Value to_set(const Value& value, const SourceRange& range) {
  const auto* given = value.as_open_list();
  if (given == nullptr) return value.is_unknown() || value.is_null() ? value : Value::error(range);
  if (given->is_set) return value;
  const Value unified = to_one_type(*given, range);
  const auto* list = unified.as_open_list();
  if (list == nullptr) return unified;
  Value::List result = *list;
  result.is_set = true;
  const auto is_sortable = [](const Value& item) {
    return (item.is_null() || is_primitive(item)) && item.is_definite();
  };
  if (result.is_open || (result.size() > 1 && !std::all_of(result.begin(), result.end(), is_sortable))) {
    result.is_open = true;
    return Value{std::move(result)};
  }
  std::sort(result.begin(), result.end(), is_less);
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return Value{std::move(result)};
}

Value::List blur_numbers(Value::List list) {
  Kinds kinds;
  for (const Value& item : list) kinds.add(item);
  const auto nested = std::count_if(list.begin(), list.end(), is_collection);
  const bool are_nested_changed = nested > 1 || (nested > 0 && kinds.has_unknown);
  const bool are_changed = (kinds.has_number || kinds.has_boolean) && (kinds.has_text || kinds.has_unknown);
  for (Value& item : list) {
    if (is_collection(item) ? are_nested_changed : are_changed) item = change_all(item, blur);
  }
  return list;
}

Value unify(const Value& chosen, const Value& other, const SourceRange& range) {
  if (chosen.is_null() || chosen.is_unknown() || other.is_null() || other.is_error()) return chosen;
  Kinds kinds;
  kinds.add(chosen);
  kinds.add(other);
  if (kinds.is_impossible()) return Value::error(range);
  if (chosen.as_text() != nullptr) return chosen;
  const Value::Summary mine = chosen.summary();
  const Value::Summary others = other.summary();
  Value result = chosen;
  if (mine.has_number && is_primitive(chosen) && other.as_text() != nullptr) return to_string(chosen, range);
  if (mine.has_number && (others.has_unknown || others.has_text || mine.has_text || others.has_choice) &&
      !(is_primitive(chosen) && is_primitive(other)))
    result = change_all(result, blur);
  const bool may_be_set = (mine.has_list && (others.has_set || others.has_unknown)) ||
                          (mine.has_set && (others.has_list || others.has_unknown));
  if (may_be_set) result = with_sets(result, range);
  const bool may_fail = is_collection(chosen) && is_collection(other) && !Sharing().may(chosen, other);
  return may_fail ? join_alternatives({result, Value::error(range)}) : result;
}

std::optional<bool> is_equal(const Value& left, const Value& right) {
  if (left.is_unknown() || right.is_unknown() || left.as_one_of() != nullptr || right.as_one_of() != nullptr)
    return std::nullopt;
  if (left.is_null() || right.is_null()) return left.is_null() && right.is_null();
  const bool are_collections = is_collection(left) && is_collection(right);
  if (are_collections) {
    // Lists and tuples of the same elements differ, and that is not kept here.
    const bool are_one_kind = (left.as_open_map() == nullptr) == (right.as_open_map() == nullptr);
    return are_one_kind ? std::nullopt : std::optional(false);
  }
  if (left.as_text() == nullptr || right.as_text() == nullptr) return left == right;
  if (left.is_certain() && right.is_certain() && left == right) return true;
  return may_be_equal(*left.as_text(), *right.as_text()) ? std::nullopt : std::optional(false);
}

}  // namespace statelane::hcl
