#include "yaml/value.hpp"

#include <algorithm>
#include <unordered_map>

namespace statelane::yaml {

namespace {

void add_texts(const Value& value, std::vector<const Value*>& texts) {
  if (value.as_string() != nullptr) texts.push_back(&value);
  if (value.as_list() == nullptr) return;
  for (const Value& item : *value.as_list()) add_texts(item, texts);
}

void count(const Value& value, std::size_t limit, std::size_t& values) {
  if (++values > limit) return;
  if (const auto* list = value.as_list()) {
    for (const Value& item : *list) count(item, limit, values);
  }
  if (const auto* map = value.as_map()) {
    for (const Value::Entry& entry : *map) count(entry.value, limit, values);
  }
}

}  // namespace

SourceRange to_range(const Spot& spot) {
  SourcePos end = spot.begin;
  end.column += spot.length;
  end.offset += spot.length;
  return {spot.begin, end};
}

const Value::Entry* find_entry(const Value::Map& map, std::string_view key) {
  const auto entry = std::find_if(map.begin(), map.end(), [&](const Value::Entry& each) { return each.key == key; });
  return entry != map.end() ? &*entry : nullptr;
}

Value::Entry* find_entry(Value::Map& map, std::string_view key) {
  const auto entry = std::find_if(map.begin(), map.end(), [&](const Value::Entry& each) { return each.key == key; });
  return entry != map.end() ? &*entry : nullptr;
}

const Value::Entry* Value::find_entry(std::string_view key) const {
  return as_map() != nullptr ? yaml::find_entry(*as_map(), key) : nullptr;
}

const Value* Value::find(std::string_view key) const {
  return as_map() != nullptr ? find_value(*as_map(), key) : nullptr;
}

const Value* find_value(const Value::Map& map, std::string_view key) {
  const Value::Entry* entry = find_entry(map, key);
  return entry != nullptr ? &entry->value : nullptr;
}

void set_value(Value::Map& map, std::string key, Value value) {
  if (Value::Entry* existing = find_entry(map, key)) {
    existing->value = std::move(value);
  } else {
    map.emplace_back(std::move(key), std::move(value));
  }
}

void deep_merge(Value::Map& lower, const Value::Map& upper) {
  // The keys are looked at where they lie: nothing may move below.
  lower.reserve(lower.size() + upper.size());
  std::unordered_map<std::string_view, std::size_t> places;
  places.reserve(lower.size());
  for (std::size_t index = 0; index < lower.size(); ++index) places.emplace(lower[index].key, index);
  for (const Value::Entry& entry : upper) {
    const auto place = places.find(entry.key);
    Value::Entry* existing = place != places.end() ? &lower[place->second] : nullptr;
    if (existing == nullptr) {
      lower.push_back(entry);
    } else if (existing->value.as_map() != nullptr && entry.value.as_map() != nullptr) {
      existing->value.key_spot = entry.spot();
      deep_merge(*existing->value.as_map(), *entry.value.as_map());
    } else {
      *existing = entry;
    }
  }
}

std::size_t count_values(const Value& value, std::size_t limit) {
  std::size_t values = 0;
  count(value, limit, values);
  return values;
}

std::vector<const Value*> texts_of(const Value* value) {
  std::vector<const Value*> texts;
  if (value != nullptr) add_texts(*value, texts);
  return texts;
}

std::string_view kind_of(const Value& value) {
  constexpr std::string_view kinds[] = {"nothing", "true or false", "a number", "a number",
                                        "a text",  "a list",        "a map",    "a !reference"};
  return kinds[value.data.index()];
}

}  // namespace statelane::yaml
