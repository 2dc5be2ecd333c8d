#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace statelane {

/// The lines that differ, `-` for those of `before` alone and `+` for those of `after` alone, in their order, with an
/// `@@ line N` (of `after`) before each group; at most `most_lines` lines, then a line that counts the rest. Empty when
/// the texts are equal. Very different texts give a correct answer that is not always the shortest one.
std::string render_line_diff(std::string_view before, std::string_view after, std::size_t most_lines);

}  // namespace statelane
