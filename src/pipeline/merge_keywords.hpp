#pragma once

#include <string>
#include <string_view>

#include "base/yaml_value.hpp"

namespace statelane::pipeline {

/// `over` laid over `base` as GitLab's `extends` does it: maps are merged deeply, everything else is replaced. A null
/// in `over` takes the key out, so that a setting of a template can be undone.
YamlValue::Map merge_keywords(const YamlValue::Map& base, const YamlValue::Map& over);

/// The value at `key`; null when there is none.
const YamlValue* find_keyword(const YamlValue::Map& map, std::string_view key);

/// Replaces the value at `key`, or appends the key.
void set_keyword(YamlValue::Map& map, std::string key, YamlValue value);

}  // namespace statelane::pipeline
