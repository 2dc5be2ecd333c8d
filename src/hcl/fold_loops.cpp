#include "hcl/folder.hpp"

#include "hcl/alternatives.hpp"
#include "hcl/convert.hpp"
#include "hcl/text_pieces.hpp"

namespace statelane::hcl {

namespace {

/// Elements that a `for` expression is unrolled over.
constexpr std::size_t most_elements = 1'000;

/// The elements of a collection as (key, value).
struct Elements {
  std::vector<std::pair<Value, Value>> pairs;
  bool is_open = false;  ///< any number of these
};

/// Nothing is known because of `reason`; it may climb where that or `part` does.
Value unknown_with(const Expression& expression, const Value& reason, const Value& part) {
  const auto* why = reason.as_unknown();
  if (why == nullptr) return unknown(expression, "the collection is not known", reason.may_climb() || part.may_climb());
  return Value{Value::Unknown{why->reason, why->range, false, why->may_climb || part.may_climb()}};
}

/// Empty where `collection` is not known.
std::optional<Elements> elements_of(const Value& collection) {
  Elements result;
  if (const auto* map = collection.as_open_map()) {
    result.is_open = map->is_open;
    for (const auto& [key, value] : *map) result.pairs.emplace_back(Value::text(key), value);
    result.pairs.insert(result.pairs.end(), map->others.begin(), map->others.end());
  } else if (const auto* list = collection.as_open_list()) {
    result.is_open = list->is_open;
    for (std::size_t index = 0; index < list->size(); ++index) {
      const Value& item = (*list)[index];
      const Value position = list->is_open ? Value::unknown("the element's place is not known", {})
                                           : Value{Number::of(static_cast<std::int64_t>(index))};
      result.pairs.emplace_back(list->is_set ? item : position, item);
    }
  } else {
    return std::nullopt;
  }
  return result.pairs.size() <= most_elements ? std::optional(std::move(result)) : std::nullopt;
}

/// The element of a collection of which nothing is known.
Value unknown_element(const Expression& expression, const Value& collection) {
  return unknown_with(expression, collection, Value{});
}

std::optional<Value> refuse_collection(const Expression& expression, const Value& collection) {
  if (collection.is_error()) return collection;
  const bool is_collection =
      collection.is_unknown() || collection.as_open_map() != nullptr || collection.as_open_list() != nullptr;
  return is_collection ? std::nullopt : std::optional(Value::error(expression.range));
}

/// Each of the entries under keys that are not known may be grouped with each other one.
void group_others(Value::Map& map) {
  Value::List all;
  all.is_open = true;
  for (const auto& [key, value] : map.others) all.push_back(value);
  for (auto& [key, value] : map.others) value = Value{all};
}

}  // namespace

/// The operands of a `for` expression by what they are.
struct Folder::ForParts {
  std::string_view key_name;
  std::string_view value_name;
  const Expression& collection;
  const Expression* key = nullptr;  ///< of an object
  const Expression& value;
  const Expression* condition = nullptr;

  static ForParts of(const Expression& expression) {
    const auto& operands = expression.operands;
    const bool is_object = expression.kind == ExpressionKind::for_object;
    const std::size_t value_at = is_object ? 4 : 3;
    return {operands[0]->text,   operands[1]->text,
            *operands[2],        is_object ? operands[3] : nullptr,
            *operands[value_at], operands.size() > value_at + 1 ? operands[value_at + 1] : nullptr};
  }
};

/// What a `for` expression makes of one element.
struct Folder::Turn {
  Value key;
  Value value;
  std::optional<bool> is_kept = true;  ///< empty: not known
};

Value Folder::fold_splat(const Expression& expression) {
  const Expression& each = *expression.operands[1];
  if (auto all = splat_of_object(*expression.operands[0], each)) return *std::move(all);
  return over_alternatives(fold(*expression.operands[0]), [&](const Value& source) {
    if (source.is_error()) return source;
    if (source.is_null()) return Value{Value::List{}};
    if (source.is_unknown()) return unknown_with(expression, source, splat(source, each));
    const auto* list = source.as_open_list();
    if (list == nullptr) return splat_list(Value::List{source}, each);
    return splat_list(*list, each);
  });
}

std::optional<Value> Folder::splat_of_object(const Expression& source, const Expression& each) {
  const bool is_one_step =
      each.kind == ExpressionKind::attribute && each.operands[0]->kind == ExpressionKind::splat_item;
  const auto object = scope_.attribute && is_one_step ? as_object(source) : std::nullopt;
  const auto found = object ? scope_.attribute(*object, each.text) : std::nullopt;
  if (!found) return std::nullopt;
  return found->has_instances ? found->value : Value{Value::List{found->value}};
}

Value Folder::splat(const Value& item, const Expression& each) {
  splat_items_.push_back(item);
  Value result = fold(each);
  splat_items_.pop_back();
  return result;
}

Value Folder::splat_list(const Value::List& list, const Expression& each) {
  Value::List result;
  result.is_open = list.is_open;
  for (const Value& item : list) {
    Value value = splat(item, each);
    if (value.is_error() && !list.is_open) return value;
    if (!value.is_error()) result.push_back(std::move(value));
  }
  if (result.size() == list.size()) return Value{std::move(result)};
  return join_alternatives({Value{std::move(result)}, Value::error(each.range)});
}

Value Folder::fold_template_for(const Expression& expression, const Value& collection) {
  const auto body = [&] { return fold(*expression.operands[3]); };
  const auto with = [&](const Value& key, const Value& value) {
    return with_variables(expression.operands[0]->text, key, expression.operands[1]->text, value, body);
  };
  if (auto refused = refuse_collection(expression, collection)) return *std::move(refused);
  const auto elements = elements_of(collection);
  if (!elements || elements->is_open) {
    const Value any = unknown_element(expression, collection);
    Value::Text text;
    append_unknown(text, *unknown_with(expression, collection, with(any, any)).as_unknown());
    return Value{std::move(text)};
  }
  Value::Text text;
  for (const auto& [key, value] : elements->pairs) {
    const Value part = with(key, value);
    if (part.is_error()) return part;
    append_text(text, to_text(part, expression.range));
  }
  return Value{std::move(text)};
}

Value Folder::fold_condition(const ForParts& parts) {
  return over_alternatives(fold(*parts.condition),
                           [&](const Value& decided) { return to_boolean(decided, parts.condition->range); });
}

Folder::Turn Folder::fold_turn(const ForParts& parts, const Value& key, const Value& value) {
  return with_variables(parts.key_name, key, parts.value_name, value, [&]() -> Turn {
    std::optional<bool> is_kept = true;
    if (parts.condition != nullptr) {
      const Value condition = fold_condition(parts);
      if (condition.is_error()) return {condition, condition, true};
      is_kept = condition.as_bool() != nullptr ? std::optional(*condition.as_bool()) : std::nullopt;
      if (is_kept && !*is_kept) return {Value{}, Value{}, false};
    }
    Value name = parts.key != nullptr ? fold_key(*parts.key) : Value{};
    return {std::move(name), fold(parts.value), is_kept};
  });
}

Value Folder::fold_for(const Expression& expression, const Value& collection) {
  if (auto refused = refuse_collection(expression, collection)) return *std::move(refused);
  const ForParts parts = ForParts::of(expression);
  const auto elements = elements_of(collection);
  if (!elements) {
    const Value any = unknown_element(expression, collection);
    const Turn turn = fold_turn(parts, any, any);
    return unknown_with(expression, unknown_with(expression, collection, turn.key), turn.value);
  }
  if (elements->pairs.empty() && parts.condition != nullptr) {
    // It is tried before there is any element.
    const Value any = Value{Value::Unknown{"", {}, false, true}};
    const Value condition =
        with_variables(parts.key_name, any, parts.value_name, any, [&] { return fold_condition(parts); });
    const Value nothing = parts.key == nullptr ? Value{Value::List{}} : Value{Value::Map{}};
    return over_alternatives(condition, [&](const Value& tried) { return tried.is_error() ? tried : nothing; });
  }
  std::vector<Turn> turns;
  for (const auto& [key, value] : elements->pairs) {
    Turn turn = fold_turn(parts, key, value);
    if (turn.is_kept && !*turn.is_kept) continue;
    if (turn.key.is_error() || turn.value.is_error()) {
      if (turn.is_kept && !elements->is_open) return turn.key.is_error() ? turn.key : turn.value;
      turn.value = unknown(expression, "an element may fail");
    }
    turns.push_back(std::move(turn));
  }
  return parts.key == nullptr ? to_list(turns, elements->is_open) : to_object(expression, turns, elements->is_open);
}

Value Folder::to_list(const std::vector<Turn>& turns, bool is_open) {
  Value::List list;
  list.is_open = is_open;
  for (const Turn& turn : turns) {
    list.is_open = list.is_open || !turn.is_kept;
    list.push_back(turn.value);
  }
  return Value{std::move(list)};
}

Value Folder::to_object(const Expression& expression, const std::vector<Turn>& turns, bool is_open) {
  std::map<std::string, Value::List> groups;
  Value::Map map;
  for (const Turn& turn : turns) {
    is_open = is_open || !turn.is_kept;
    const auto name = turn.key.as_known_string();
    if (name) groups[*name].push_back(turn.value);
    if (!name) map.add_other(turn.key, turn.value);
  }
  map.is_open = map.is_open || is_open;
  for (auto& [name, values] : groups) {
    for (const Value& other : map.others_under(name)) values.push_back(other);
    values.is_open = map.is_open;
    if (!expression.has_ellipsis && values.size() > 1) {
      if (!map.is_open) return Value::error(expression.range);
      values.push_back(Value::error(expression.range));
    }
    map.emplace(name, expression.has_ellipsis ? Value{values} : join_alternatives({values.begin(), values.end()}));
  }
  if (expression.has_ellipsis) group_others(map);
  return Value{std::move(map)};
}

}  // namespace statelane::hcl
