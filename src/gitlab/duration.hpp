#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace statelane::gitlab {

/// A span of time as people write it in GitLab's `expire_in` and `timeout`: `7 days`, `2h20min`, `3 mins 4 sec`,
/// `6 mos and 4d`; `42` alone is seconds. Also `1m30s` and `200ms`, as Terraform's options have them. A month has 30
/// days, a year 365.25, as GitLab reckons. Empty when it is something else, `never` and negative spans included.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace statelane::gitlab
