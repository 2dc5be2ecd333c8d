#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "repo/tree.hpp"

namespace statelane::lint {

/// Every path of the tree that a change can name: files, links and submodules, sorted.
std::vector<RepoPath> find_tree_files(const repo::Tree& tree);

/// Those that GitLab's pattern matches. Only the part of the tree below the pattern's literal beginning is looked at.
std::vector<RepoPath> find_matching_files(std::span<const RepoPath> files, std::string_view pattern);

/// Why a pattern can never match, or matches other than it reads, and what to write instead.
struct PatternFault {
  std::string what;
  std::string remedy;
};

/// A pattern that GitLab never matches (`dir/`, `./dir/*`, `/dir/*`, a lone `{`), a directory's bare name, or `dir/**`,
/// which is one level deep, where the tree has more levels below.
std::optional<PatternFault> find_pattern_fault(std::string_view pattern, std::span<const RepoPath> files);

}  // namespace statelane::lint
