#pragma once

#include "yaml/value.hpp"

namespace statelane::lint {

/// Puts values in place of `$[[ inputs.NAME ]]` in every key and text of `content`: those of `given` (the include's
/// `inputs`; null: none), else the defaults of `header`'s `spec:inputs`. A text that is one such expression and nothing
/// else takes the value as it is, a list too (docs.gitlab.com/ci/inputs). What has no value stays as it is written;
/// `truncate` is carried out, other functions leave the value as it is.
void interpolate_inputs(const yaml::Value& header, const yaml::Value* given, yaml::Value& content);

}  // namespace statelane::lint
