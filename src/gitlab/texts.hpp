#pragma once

#include <string_view>

namespace statelane::gitlab {

// What GitLab asks of texts in some places.

/// `/pattern/` with flags `i`, `m`, `s`, `U`, and a pattern that RE2 takes (Gitlab::UntrustedRegexp::RubySyntax).
bool is_regexp(std::string_view text);
/// A branch or tag in `only`: anything but a text that looks like a pattern and is none.
bool is_ref(std::string_view text);
/// A condition of `rules:if`, `only:variables`.
bool is_condition(std::string_view text);
/// A key of a cache, before variables are known (KeyValidator): no slash, not `.` or `..`, escapes taken into account.
bool is_cache_key(std::string_view text);
/// `pull`, `push`, `pull-push` or a variable (Entry::Cache::ALLOWED_POLICY looks for one anywhere in the text).
bool is_cache_policy(std::string_view text);
/// A span of time, up to a month: no job runs longer (Project::MAX_BUILD_TIMEOUT).
bool is_timeout(std::string_view text);
/// A span of time, up to a week.
bool is_delay(std::string_view text);
/// A span of time, or `never`.
bool is_expiry(std::string_view text);
/// The same, or a text with a variable in it.
bool is_expiry_or_variable(std::string_view text);
/// A span of time of a minute or more, or nothing (Entry::Concerns::BaseInclude).
bool is_cache_time(std::string_view text);
/// `sha256-` and what Ruby's `Base64.strict_decode64` takes.
bool is_integrity(std::string_view text);
/// The name of an environment, variables in it or not (environment_name_regex).
bool is_environment_name(std::string_view text);
/// What `artifacts:expose_as` shows.
bool is_exposed_name(std::string_view text);
bool is_not_blank(std::string_view text);
bool is_not_empty(std::string_view text);
bool is_up_to_255_characters(std::string_view text);
/// A date and a time as ISO 8601 writes it.
bool is_iso_time(std::string_view text);
/// A regular expression that RE2 takes: no look-around, no back references, brackets closed, something to repeat.
bool is_re2(std::string_view pattern);

/// UTF-8 characters; a byte that is none counts as one.
std::size_t count_characters(std::string_view text);

}  // namespace statelane::gitlab
