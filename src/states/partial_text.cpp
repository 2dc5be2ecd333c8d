#include "states/partial_text.hpp"

#include <fmt/format.h>

namespace statelane::states {

namespace {

using hcl::Value;

void add_attributes(const std::string& prefix, const Value::Map& map,
                    std::map<std::string, std::vector<PossibleText>>& attributes) {
  for (const auto& [name, value] : map) {
    if (const auto* nested = std::get_if<Value::Map>(&value.data)) {
      add_attributes(prefix + name + ".", *nested, attributes);
      continue;
    }
    auto texts = to_texts(value);
    if (!texts.empty()) attributes[prefix + name] = std::move(texts);
  }
}

}  // namespace

std::vector<PossibleText> to_texts(const Value& value) {
  if (value.is_error()) return {};
  if (const auto* unknown = std::get_if<Value::Unknown>(&value.data)) return {{{std::nullopt}, unknown->reason}};
  if (const auto* text = std::get_if<Value::Text>(&value.data)) return {{text->pieces, text->why.reason}};
  if (const auto* one_of = std::get_if<Value::OneOf>(&value.data)) {
    std::vector<PossibleText> result;
    for (const Value& alternative : one_of->values) {
      for (PossibleText& text : to_texts(alternative)) result.push_back(std::move(text));
    }
    return result;
  }
  if (const auto known = value.as_known_string()) return {{{*known}, ""}};
  return {};
}

std::optional<std::map<std::string, std::vector<PossibleText>>> to_attributes(const Value& value) {
  const auto* map = std::get_if<Value::Map>(&value.data);
  if (map == nullptr) return std::nullopt;
  std::map<std::string, std::vector<PossibleText>> attributes;
  add_attributes("", *map, attributes);
  return attributes;
}

std::string to_fingerprint(const Value& value) {
  if (const auto* text = std::get_if<Value::Text>(&value.data)) {
    std::string result = "\"";
    for (const auto& piece : text->pieces) result += piece ? fmt::format("{}:{}", piece->size(), *piece) : "*";
    return result;
  }
  if (const auto* list = std::get_if<Value::List>(&value.data)) {
    std::string result = list->is_set ? "<" : "[";
    for (const Value& item : *list) result += to_fingerprint(item) + ",";
    return result + "]";
  }
  if (const auto* map = std::get_if<Value::Map>(&value.data)) {
    std::string result = "{";
    for (const auto& [name, item] : *map) result += fmt::format("{}:{}={},", name.size(), name, to_fingerprint(item));
    return result + "}";
  }
  if (const auto* one_of = std::get_if<Value::OneOf>(&value.data)) {
    std::string result = "(";
    for (const Value& item : one_of->values) result += to_fingerprint(item) + "|";
    return result + ")";
  }
  if (const auto known = value.as_known_string()) return "=" + *known;
  if (value.is_error()) return "!";
  return value.is_unknown() ? "?" : "null";
}

}  // namespace statelane::states
