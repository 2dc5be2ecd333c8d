#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace statelane {

/// "Did you mean": the candidate nearest to `typed` by edit distance (with transpositions), when it is near enough to
/// be a slip of the finger. The first of several equally near ones wins.
std::optional<std::string> find_suggestion(std::string_view typed, std::span<const std::string> candidates);

}  // namespace statelane
