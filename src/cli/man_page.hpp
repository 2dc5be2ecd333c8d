#pragma once

#include <string>

namespace statelane::cli {

/// The manual page statelane(1), in roff, made of the command table.
std::string render_man_page();

}  // namespace statelane::cli
