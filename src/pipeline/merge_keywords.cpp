#include "pipeline/merge_keywords.hpp"

#include <algorithm>

namespace statelane::pipeline {

const YamlValue* find_keyword(const YamlValue::Map& map, std::string_view key) {
  const auto found = std::find_if(map.begin(), map.end(), [&](const auto& entry) { return entry.first == key; });
  return found == map.end() ? nullptr : &found->second;
}

void set_keyword(YamlValue::Map& map, std::string key, YamlValue value) {
  const auto found = std::find_if(map.begin(), map.end(), [&](const auto& entry) { return entry.first == key; });
  if (found == map.end()) {
    map.emplace_back(std::move(key), std::move(value));
  } else {
    found->second = std::move(value);
  }
}

YamlValue::Map merge_keywords(const YamlValue::Map& base, const YamlValue::Map& over) {
  YamlValue::Map merged = base;
  for (const auto& [key, value] : over) {
    if (std::holds_alternative<std::nullptr_t>(value.data)) {
      std::erase_if(merged, [&name = key](const auto& entry) { return entry.first == name; });
      continue;
    }
    const YamlValue* below = find_keyword(merged, key);
    if (value.as_map() != nullptr) {
      const YamlValue::Map nothing;
      const YamlValue::Map* inner = below != nullptr ? below->as_map() : nullptr;
      YamlValue both = merge_keywords(inner != nullptr ? *inner : nothing, *value.as_map());
      both.pos = value.pos;
      set_keyword(merged, key, std::move(both));
    } else {
      set_keyword(merged, key, value);
    }
  }
  return merged;
}

}  // namespace statelane::pipeline
