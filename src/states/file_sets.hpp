#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "repo/tree.hpp"

namespace statelane::states {

/// The files of `tree` that match `glob` (of GitLab's pattern language, relative to the repository's root), sorted.
/// All of them lie below `directory`. Empty when there are more than `most` or the walk gets too long.
std::optional<std::vector<RepoPath>> find_matches(const repo::Tree& tree, const RepoPath& directory,
                                                  std::string_view glob, std::size_t most);

/// What `fileset(directory, pattern)` gives, as far as the tree tells: names relative to the directory, sorted; links
/// are followed. Empty when that is not certain: where submodules or what lies outside the repository may be meant, for
/// patterns that fail, and for sets of more than `most_set_files`. Files that are not in the tree (built before the
/// plan) are not in it.
std::optional<std::vector<std::string>> list_file_set(const repo::Tree& tree, const RepoPath& working_directory,
                                                      std::string_view directory, std::string_view pattern);

inline constexpr std::size_t most_set_files = 256;

}  // namespace statelane::states
