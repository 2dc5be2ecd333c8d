#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace statelane {

/// Matches `path` against `pattern` exactly as Ruby's `File.fnmatch?(pattern, path, File::FNM_PATHNAME |
/// File::FNM_DOTMATCH | File::FNM_EXTGLOB)` does: `*`, `?` and `[…]` stay within one component, `**/` spans any number
/// of them, `{a,b}` gives alternatives, a backslash takes the next character literally. Both texts are read as UTF-8.
/// Where Ruby raises (a NUL byte; a character that is not UTF-8 against a range) the answer is no match. A pattern with
/// an open brace that nothing closes matches nothing, as there. A pattern that `has_too_many_alternatives` matches
/// every path: nobody waits for thousands of millions of patterns, and who takes one from users says so.
bool matches_glob(std::string_view pattern, std::string_view path);

/// What `pattern` asks of the names below `directory`: it matches `directory` + "/" + x exactly where one of these
/// globs matches x. Sorted; empty where nothing below the directory can match. A `**/` that reaches in goes on in
/// there.
std::vector<std::string> globs_below(std::string_view pattern, std::string_view directory);

/// How many patterns the braces of `pattern` stand for, 1 without braces; it stops counting at `limit`.
std::size_t count_alternatives(std::string_view pattern, std::size_t limit);

/// The patterns that the braces of `pattern` stand for, in their order; none where they are too many, or one is open.
std::vector<std::string> expand_braces(std::string_view pattern);

/// What a pattern's braces may stand for, beside a bound of the work that finding those takes.
constexpr std::size_t most_alternatives = 1000;
bool has_too_many_alternatives(std::string_view pattern);

}  // namespace statelane
