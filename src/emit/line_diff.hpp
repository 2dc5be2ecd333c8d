#pragma once

#include <string>
#include <string_view>

#include "emit/view.hpp"

namespace statelane::emit {

/// What would change in a file, as `diff -u` shows it, three lines around each change; empty when nothing would. A
/// before that is not there is the empty text.
std::string render_line_diff(std::string_view name, std::string_view before, std::string_view after, const View& view);

}  // namespace statelane::emit
