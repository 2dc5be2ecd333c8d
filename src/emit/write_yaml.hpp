#pragma once

#include <string>

#include "pipeline/pipeline.hpp"
#include "yaml/value.hpp"

namespace statelane::emit {

/// A pipeline as the text of a `.gitlab-ci.yml`. GitLab's parser (Psych, YAML 1.1), PyYAML, js-yaml and YAML 1.2
/// readers all read back exactly the model.
///
/// Strings are double-quoted; several lines are a literal block where that keeps the value. Keys are plain only where
/// no reader can take them for anything but that string. No anchors, no line at column 0 that begins with `---`, not
/// even in a comment's data: line breaks, control characters and bytes that are not UTF-8 are spelled out there (`\n`,
/// `\u2028`, `\xff`).
///
/// Precondition: strings and keys are UTF-8 and keys of one map differ, as `check_pipeline` makes sure; throws
/// `std::logic_error` on a string that is not UTF-8, since any text for it would be read as another value.
std::string write_yaml(const pipeline::Pipeline& pipeline);

/// One document with `value` as its root, by the same rules.
std::string write_yaml(const yaml::Value& value);

/// A value on one line, by the same rules.
std::string write_inline_yaml(const yaml::Value& value);

}  // namespace statelane::emit
