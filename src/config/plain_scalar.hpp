#pragma once

#include <optional>
#include <string>

#include "base/yaml_value.hpp"

namespace statelane::config {

/// What an unquoted YAML scalar means to GitLab's parser (Ruby's Psych 4, `ScalarScanner#tokenize`). Empty for a date, a time or a
/// symbol, which GitLab does not take for a string.
std::optional<YamlValue> read_plain_scalar(const std::string& text);

}  // namespace statelane::config
