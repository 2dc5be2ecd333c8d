#include "hcl/value.hpp"

#include <algorithm>
#include <utility>

#include "hcl/text_pieces.hpp"

namespace statelane::hcl {

namespace {

/// What a value holds is part of it.
void include(Value::Summary& whole, const Value& value) {
  const Value::Summary part = value.summary();
  whole.weight = std::min(whole.weight + part.weight, 2 * Value::heaviest_value);
  whole.depth = std::max<std::uint16_t>(whole.depth, static_cast<std::uint16_t>(part.depth + 1));
  whole.is_certain = whole.is_certain && part.is_certain;
  whole.has_choice = whole.has_choice || part.has_choice;
  whole.may_climb = whole.may_climb || part.may_climb;
  whole.has_root = whole.has_root || part.has_root;
  whole.has_text = whole.has_text || part.has_text;
  whole.has_number = whole.has_number || part.has_number;
  whole.has_list = whole.has_list || part.has_list;
  whole.has_set = whole.has_set || part.has_set;
  whole.has_unknown = whole.has_unknown || part.has_unknown;
}

Value::Summary summary_of(const Value::Text& text) {
  Value::Summary result;
  result.has_text = true;
  for (const auto& piece : text.pieces) {
    result.weight += piece ? static_cast<std::uint32_t>(std::min<std::size_t>(piece->size() / 64, 10'000)) : 1;
    result.is_certain = result.is_certain && piece.has_value();
    result.may_climb = result.may_climb || (piece ? holds_climb(*piece) : text.why.may_climb);
    result.has_root = result.has_root || (piece && piece->find(repository_root) != std::string::npos);
  }
  return result;
}

}  // namespace

template <typename T>
void Value::hold(T value, const Summary& summary) {
  if (summary.weight > heaviest_value || summary.depth > deepest_value) {
    data_ = Shared<Unknown>({"the value is too large to follow", {}, false, summary.may_climb});
  } else {
    data_ = Shared<Held<T>>({std::move(value), summary});
  }
}

Value::Value(Text value) {
  const Summary summary = summary_of(value);
  hold(std::move(value), summary);
}

Value::Value(List value) {
  Summary summary;
  summary.has_list = !value.is_set;
  summary.has_set = value.is_set;
  summary.is_certain = !value.is_open;
  summary.has_unknown = value.is_open;
  for (const Value& item : value) include(summary, item);
  hold(std::move(value), summary);
}

Value::Value(Map value) {
  Summary summary;
  summary.is_certain = !value.is_open;
  summary.has_unknown = value.is_open;
  for (const auto& [key, item] : value) {
    include(summary, item);
    summary.may_climb = summary.may_climb || holds_climb(key);
  }
  for (const auto& [key, item] : value.others) include(summary, key), include(summary, item);
  if (value.others.size() > most_others) summary.weight = heaviest_value + 1;
  hold(std::move(value), summary);
}

Value::Value(OneOf value) {
  Summary summary;
  summary.has_choice = true;
  for (const Value& item : value.values) include(summary, item);
  summary.depth = summary.depth > 0 ? summary.depth - 1 : 0;
  hold(std::move(value), summary);
}

Value Value::text(std::string value) {
  Text text;
  if (!value.empty()) text.pieces.emplace_back(std::move(value));
  return Value{std::move(text)};
}

Value Value::unknown(std::string reason, SourceRange range) { return Value{Unknown{std::move(reason), range}}; }

Value Value::error(SourceRange range) { return Value{Unknown{"", range, true}}; }

Value Value::boolean_or_other() { return Value{OneOf{{Value{true}, Value{false}}}}; }

const Value::List* Value::as_list() const {
  const List* list = as_open_list();
  return list != nullptr && !list->is_open ? list : nullptr;
}

void Value::Map::add_other(Value key, Value value) {
  others.emplace_back(std::move(key), std::move(value));
  is_open = true;
}

std::vector<Value> Value::Map::others_under(std::string_view name) const {
  std::vector<Value> result;
  for (const auto& [key, value] : others)
    if (key.as_text() == nullptr || may_be_equal(*key.as_text(), *Value::text(std::string(name)).as_text()))
      result.push_back(value);
  return result;
}

const Value::Map* Value::as_map() const {
  const Map* map = as_open_map();
  return map != nullptr && !map->is_open ? map : nullptr;
}

std::optional<std::string> Value::as_known_string() const {
  if (const Text* text = as_text()) {
    if (text->pieces.empty()) return "";
    const auto& piece = text->pieces.front();
    const bool is_known = text->pieces.size() == 1 && piece && piece->find(repository_root) == std::string::npos;
    return is_known ? piece : std::nullopt;
  }
  if (const bool* boolean = as_bool()) return *boolean ? "true" : "false";
  if (const Number* number = as_number()) return number->to_text();
  return std::nullopt;
}

bool Value::is_definite() const {
  const Summary all = summary();
  return all.is_certain && !all.has_choice && !all.has_root;
}

Value::Summary Value::summary() const {
  if (const auto* text = as<Held<Text>>()) return text->summary;
  if (const auto* list = as<Held<List>>()) return list->summary;
  if (const auto* map = as<Held<Map>>()) return map->summary;
  if (const auto* one_of = as<Held<OneOf>>()) return one_of->summary;
  Summary result;
  if (const Unknown* unknown = as_unknown()) {
    result.is_certain = false;
    result.may_climb = unknown->may_climb;
    result.has_unknown = true;
  }
  result.has_number = as_bool() != nullptr || as_number() != nullptr;
  return result;
}

bool operator==(const Value& left, const Value& right) {
  if (left.data_.index() != right.data_.index()) return false;
  return std::visit(
      [&](const auto& first) {
        using Kind = std::decay_t<decltype(first)>;
        const auto& second = std::get<Kind>(right.data_);
        if constexpr (std::is_same_v<Kind, Value::Null>) {
          return true;
        } else if constexpr (std::is_same_v<Kind, bool> || std::is_same_v<Kind, Number>) {
          return first == second;
        } else if constexpr (std::is_same_v<Kind, Shared<Value::Unknown>>) {
          return first.is_same_as(second) ||
                 (first->is_error == second->is_error && first->may_climb == second->may_climb);
        } else if constexpr (std::is_same_v<Kind, Shared<Value::Held<Value::Text>>>) {
          return first.is_same_as(second) || (first->value.pieces == second->value.pieces &&
                                              first->value.why.may_climb == second->value.why.may_climb);
        } else if constexpr (std::is_same_v<Kind, Shared<Value::Held<Value::List>>>) {
          const auto& a = first->value;
          const auto& b = second->value;
          return first.is_same_as(second) ||
                 (a.is_set == b.is_set && a.is_open == b.is_open &&
                  static_cast<const std::vector<Value>&>(a) == static_cast<const std::vector<Value>&>(b));
        } else if constexpr (std::is_same_v<Kind, Shared<Value::Held<Value::OneOf>>>) {
          return first.is_same_as(second) || first->value.values == second->value.values;
        } else {
          using Entries = std::map<std::string, Value>;
          return first.is_same_as(second) ||
                 (first->value.is_open == second->value.is_open && first->value.others == second->value.others &&
                  static_cast<const Entries&>(first->value) == static_cast<const Entries&>(second->value));
        }
      },
      left.data_);
}

}  // namespace statelane::hcl
