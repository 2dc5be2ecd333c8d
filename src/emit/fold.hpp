#pragma once

#include <string>
#include <string_view>

#include "emit/view.hpp"

namespace statelane::emit {

/// `text` with lines that are too wide for the view broken at their blanks; what follows is indented a little more, and
/// the stems of a tree go on beside it. A word that is too wide stays whole, so that paths can be copied. Colours take
/// no room.
std::string fold(std::string_view text, const View& view);

}  // namespace statelane::emit
