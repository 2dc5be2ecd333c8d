#pragma once

#include <cstddef>
#include <optional>

namespace statelane::cli {

/// How many columns there are for text: what COLUMNS says, else the terminal that standard output is. Empty where it is
/// no terminal: then nothing is cut to fit.
std::optional<std::size_t> find_output_width();

/// The same for standard error, which is folded on a terminal only.
std::optional<std::size_t> find_message_width();

/// Whether whoever reads standard output on a terminal reads standard error there too.
bool is_one_terminal();

/// Whether standard output is a terminal.
bool is_output_terminal();

}  // namespace statelane::cli
