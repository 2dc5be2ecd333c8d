#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "yaml/value.hpp"

namespace statelane::emit {

/// One value that is in effect, and where it comes from.
struct Setting {
  std::string group;  ///< the template it belongs to; empty in the configuration
  std::string key;
  yaml::Value value;
  std::string origin;
};

/// A line for each setting, `key = value`, under a line for each group; with `origins`, where each comes from, behind
/// it.
std::string render_settings_text(const std::vector<Setting>& settings, bool origins);

/// `{"schema": SCHEMA, "settings": [{"template"?, "key", "value", "origin"}]}`
std::string render_settings_json(std::string_view schema, const std::vector<Setting>& settings);

}  // namespace statelane::emit
