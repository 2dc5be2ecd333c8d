#pragma once

#include "gitlab/common_shapes.hpp"

// The table of keywords: inputs of files and of jobs (Entry::BaseInput).

namespace statelane::gitlab::shapes {

inline constexpr std::size_t most_options = 50;
inline constexpr Words input_types[] = {"array", "boolean", "number", "string"};
inline constexpr Shape input_type{.words = input_types};
inline constexpr Shape input_options{.forms = form::list, .item = &any, .most_items = most_options};
inline constexpr Shape input_regex{.takes = is_re2, .what = "a regular expression that RE2 takes"};
inline constexpr Keyword job_input_keys[] = {{"default", &any},
                                             {"description", &word_or_number},
                                             {"options", &input_options},
                                             {"regex", &input_regex},
                                             {"type", &input_type}};
inline constexpr Shape job_input{.forms = form::map, .keywords = job_input_keys, .rule = check_job_input};

}  // namespace statelane::gitlab::shapes
