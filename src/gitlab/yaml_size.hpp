#pragma once

#include <cstddef>

#include "yaml/value.hpp"

namespace statelane::gitlab {

/// How the server's Ruby lays out objects.
enum class RubyLayout {
  fixed_slots,     ///< 3.1: 40 bytes, longer strings beside them
  variable_slots,  ///< from 3.2: strings of up to 615 bytes in slots of 40, 80, 160, 320 and 640 bytes
};

/// What GitLab measures of a parsed file (lib/gitlab/utils/deep_size.rb): the sum of `ObjectSpace.memsize_of` over the
/// value and everything in it. Keys count; a `!reference` counts as one object.
std::size_t deep_size(const yaml::Value& value, RubyLayout layout);
std::size_t deep_size(const yaml::Value::Map& map, RubyLayout layout);

/// The larger one: which Ruby a server has cannot be seen from outside.
std::size_t deep_size(const yaml::Value& value);
std::size_t deep_size(const yaml::Value::Map& map);

}  // namespace statelane::gitlab
