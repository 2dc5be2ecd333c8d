#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace statelane::comparison {

/// The lines of a `.gitattributes` that may change what a checkout holds, in order, each in one spelling: `text`,
/// `eol`, `ident`, `filter`, `working-tree-encoding`, macros, and whatever is not known to leave the files alone.
std::vector<std::string> checkout_attributes(std::string_view text);

}  // namespace statelane::comparison
