#pragma once

#include <optional>
#include <string_view>

#include "yaml/value.hpp"

namespace statelane::yaml {

/// What an unquoted YAML scalar means to GitLab's parser (Ruby's Psych 4, `ScalarScanner#tokenize`): a plain `on` is
/// true, `017` is 15, `1:30` is 5400, `1,000` is 1000. Empty where Psych makes a date, a time, a symbol or a number
/// beyond 64 bits of it, or raises: nothing here can carry that, and GitLab takes none of them for a string.
std::optional<Value> read_plain_scalar(std::string_view text);

}  // namespace statelane::yaml
