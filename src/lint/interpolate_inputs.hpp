#pragma once

#include <vector>

#include "gitlab/shape.hpp"
#include "yaml/value.hpp"

namespace statelane::lint {

/// Puts values in place of `$[[ inputs.NAME ]]` in every key and text of `content`: those of `given` (the include's
/// `inputs`; null: none), else the defaults of `header`'s `spec:inputs`. A text that is one such expression and nothing
/// else takes the value as it is, a list too (docs.gitlab.com/ci/inputs). What has no value stays as it is written;
/// `truncate` is carried out, other functions leave the value as it is. Returns what GitLab refuses: inputs that the
/// header does not declare, and functions that there are not.
std::vector<gitlab::KeywordFault> interpolate_inputs(const yaml::Value& header, const yaml::Value* given,
                                                     yaml::Value& content);

/// What of `given` the header does not declare; without a header it declares nothing.
std::vector<gitlab::KeywordFault> check_given_inputs(const yaml::Value& header, const yaml::Value* given);

}  // namespace statelane::lint
