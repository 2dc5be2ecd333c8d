#include "pipeline/merge_keywords.hpp"

#include <algorithm>

namespace statelane::pipeline {

yaml::Value::Map merge_keywords(const yaml::Value::Map& base, const yaml::Value::Map& over) {
  yaml::Value::Map merged = base;
  for (const auto& [key, value] : over) {
    if (std::holds_alternative<std::nullptr_t>(value.data)) {
      std::erase_if(merged, [&name = key](const auto& entry) { return entry.key == name; });
      continue;
    }
    const yaml::Value* below = yaml::find_value(merged, key);
    if (value.as_map() != nullptr) {
      const yaml::Value::Map nothing;
      const yaml::Value::Map* inner = below != nullptr ? below->as_map() : nullptr;
      yaml::Value both = merge_keywords(inner != nullptr ? *inner : nothing, *value.as_map());
      both.spot = value.spot;
      yaml::set_value(merged, key, std::move(both));
    } else {
      yaml::set_value(merged, key, value);
    }
  }
  return merged;
}

}  // namespace statelane::pipeline
