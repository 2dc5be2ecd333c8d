#pragma once

#include <optional>
#include <string_view>

namespace statelane::gitlab {

/// Whether `pattern`, with RE2's flags (`i`, `m`, `s`, `U`), is found in `subject`, as Gitlab::UntrustedRegexp
/// searches. Empty when RE2 would not take the pattern, or when the answer takes more steps than a bound: the time is
/// bounded whatever the pattern is, and what nobody can say in it is not said.
std::optional<bool> finds_regexp(std::string_view pattern, std::string_view flags, std::string_view subject);

}  // namespace statelane::gitlab
