#pragma once

#include <string>
#include <string_view>

#include "yaml/value.hpp"

namespace statelane::pipeline {

/// `over` laid over `base` as GitLab's `extends` does it: maps are merged deeply, everything else is replaced. A null
/// in `over` takes the key out, so that a setting of a template can be undone.
yaml::Value::Map merge_keywords(const yaml::Value::Map& base, const yaml::Value::Map& over);

}  // namespace statelane::pipeline
