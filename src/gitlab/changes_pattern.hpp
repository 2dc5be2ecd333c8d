#pragma once

#include <string>
#include <string_view>

namespace statelane::gitlab {

/// The keyword that a pattern stands under: GitLab expands variables in the patterns of `rules:changes` only.
enum class PatternKeyword { only_changes, rules_changes };

/// GitLab's decision on one pattern and one path: `File.fnmatch?` with FNM_PATHNAME, FNM_DOTMATCH and FNM_EXTGLOB.
bool matches_pattern(std::string_view pattern, std::string_view path);

/// The pattern that matches the path `literal` and nothing else. Bytes that are not UTF-8 cannot stand in YAML: each
/// component that has any becomes `*`, which matches more.
std::string escape_pattern(std::string_view literal, PatternKeyword keyword = PatternKeyword::only_changes);

/// Every path below `directory`, at any depth: `dir/**/*`; `**/*` for the root, which is the empty text.
std::string pattern_below(std::string_view directory, PatternKeyword keyword = PatternKeyword::only_changes);

/// Fits a glob that is already in GitLab's language to `keyword`: under `rules:changes`, `$` and `%` must not begin a
/// variable.
std::string pattern_for(std::string_view glob, PatternKeyword keyword);

}  // namespace statelane::gitlab
