#pragma once

#include "gitlab/features.hpp"
#include "gitlab/keyword_rules.hpp"
#include "gitlab/limits.hpp"
#include "gitlab/texts.hpp"

// The table of keywords: what stands in many places, and variables.

namespace statelane::gitlab::shapes {

using Words = std::string_view;

inline constexpr Shape any{.forms = form::scalar | form::list | form::map};
inline constexpr Shape text;
inline constexpr Shape name{.takes = is_not_blank, .what = "a text that is not blank"};
inline constexpr Shape flag{.forms = form::flag};
inline constexpr Shape map{.forms = form::map};
inline constexpr Shape texts{.forms = form::list, .item = &text};
inline constexpr Shape text_or_texts{.forms = form::text | form::list, .item = &text};
inline constexpr Shape integer{.forms = form::integer};
inline constexpr Shape integers{.forms = form::integer | form::list, .item = &integer};
inline constexpr Shape word_or_number{.forms = form::text | form::integer};  // AlphanumericValidator
inline constexpr Shape scalar{.forms = form::scalar};                        // ScalarValidator
inline constexpr Shape script{.forms = form::text | form::list, .item = &text, .nests = true};
inline constexpr Shape delay{.takes = is_delay, .what = "a span of time like \"30 minutes\", of a week at most"};
inline constexpr Shape expiry{.takes = is_expiry, .what = "a span of time like \"7 days\", or never"};
inline constexpr Shape timeout{.takes = is_timeout, .what = "a span of time like \"1h 30m\", of a month at most"};
inline constexpr Shape condition{.takes = is_condition, .what = "an expression like $CI_COMMIT_BRANCH == \"main\""};

// variables (Entry::Variable)
inline constexpr Shape plain_variable{.forms = form::scalar, .needs_value = true};
inline constexpr Shape plain_variables{.forms = form::map, .each = &plain_variable};
inline constexpr Keyword variable_keys[] = {{"value", &scalar},
                                            {"expand", &flag, false, since(Feature::variables_expand)}};
inline constexpr Shape variable{.forms = form::scalar | form::map, .keywords = variable_keys};
inline constexpr Shape variables{.forms = form::map, .each = &variable};
inline constexpr Keyword global_variable_keys[] = {{"value", &scalar},
                                                   {"description", &word_or_number},
                                                   {"expand", &flag, false, since(Feature::variables_expand)},
                                                   {"options", &texts, false, {15, 7}}};
inline constexpr Shape global_variable{
    .forms = form::scalar | form::map, .keywords = global_variable_keys, .rule = check_options};
inline constexpr Shape global_variables{.forms = form::map, .each = &global_variable};

}  // namespace statelane::gitlab::shapes
