#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/repo_path.hpp"

namespace statelane::states {

/// What `fileset(directory, pattern)` looks for. Terraform joins both into one pattern, so that a wildcard counts in
/// the directory too, cleans it (`..` takes away what stands before it, wildcards included), and lets doublestar 1.1.5
/// match it component by component.
struct FileSetPattern {
  RepoPath base;                        ///< where the first wildcard is looked for; links are not followed yet
  std::vector<std::string> components;  ///< from the first wildcard on; empty: `base` itself is all that is meant
};

/// `text`, read from the directory `from`, as a pattern. Empty when it leads out of the repository.
std::optional<FileSetPattern> parse_file_set(const RepoPath& from, std::string_view text);

/// doublestar's `matchComponent`: `*`, `?`, `[a-z]`, `[^a]` (a `!` is a character like any other), `{a,b}` without
/// nesting, and a backslash before a literal. Empty for a pattern that it calls bad, which fails the plan.
std::optional<bool> matches_component(std::string_view pattern, std::string_view name);

/// A glob of GitLab's pattern language for what `components` match below a directory. Where the languages differ it
/// may match more.
std::string to_glob(std::span<const std::string> components);

}  // namespace statelane::states
