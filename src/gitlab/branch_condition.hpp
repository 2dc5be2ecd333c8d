#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace statelane::gitlab {

/// The condition of `rules:if` and `only:variables` that holds in pipelines for branches that `glob` matches: a name,
/// or a glob of `*`, `?`, `**`, `[…]` and `{a,b}`. Empty when GitLab's expressions cannot say it: a name with both
/// kinds of quotes, a line break, or a glob whose brackets do not close.
std::optional<std::string> branch_condition(std::string_view glob);

}  // namespace statelane::gitlab
