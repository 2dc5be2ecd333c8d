#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/repo_path.hpp"
#include "emit/view.hpp"
#include "impact/impact.hpp"

namespace statelane::emit {

// Pieces that several texts have.

/// What a person reads through of a long list; JSON has all of it.
constexpr std::size_t most_listed = 12;

/// A title and its lines, indented, with an empty line before it unless `out` is empty; nothing without lines. More
/// than `most` lines are told by their number.
void add_section(std::string& out, const std::string& title, const std::vector<std::string>& lines,
                 std::size_t most = 1'000'000);

/// The colour of what happened to a state.
Style style_of(impact::Change change);

std::vector<std::string> texts_of(std::span<const RepoPath> paths);

/// "no state's input:" and the paths, the first of them.
void add_unclaimed(std::string& out, std::span<const RepoPath> unclaimed, const View& view);

}  // namespace statelane::emit
