#pragma once

#include <optional>
#include <string>
#include <string_view>

// Data on its way through those who expand variables. Job names, stages, `needs` and `only:changes` expand nothing.

namespace statelane::gitlab {

/// For what the runner expands (`image`, `services`, `cache:key`, `cache:paths`, `artifacts:name`, `artifacts:paths`):
/// `$` becomes `$$`, which Go's os.Expand turns back.
std::string escape_for_runner(std::string_view text);

/// For `artifacts:paths` and `cache:paths`, which the runner expands and then reads as globs.
std::string escape_for_runner_glob(std::string_view text);

/// GitLab would replace something in `text` where it expands (`environment`, `resource_group`, `trigger`, `tags`,
/// `rules:changes`): `$NAME`, `${NAME}` or `%NAME%` (lib/expand_variables.rb). Nothing there escapes it.
bool is_expanded_by_gitlab(std::string_view text);

/// One word of a POSIX shell, in single quotes: nothing in it means anything.
std::string quote_for_shell(std::string_view text);

/// A string literal of `rules:if`, in the quotes that `text` does not hold; the literals know no escape. Empty when it
/// holds both kinds, or a line break.
std::optional<std::string> quote_for_expression(std::string_view text);

}  // namespace statelane::gitlab
