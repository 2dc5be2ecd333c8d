#pragma once

#include <string_view>

#include "base/diagnostics.hpp"
#include "cli/options.hpp"
#include "emit/view.hpp"
#include "repo/tree.hpp"

namespace statelane::cli {

/// What standard output can show. Colour: asked for, or a terminal without NO_COLOR.
emit::View output_view(const Options& options);

/// Suggests commands to go on with, on standard error, where that is a terminal: people want them, logs do not.
void write_next_commands(std::string_view text);

/// Writes to standard output. Throws `Error` (environment) when that fails, as on a full disk.
void write_output(std::string_view text);

/// Prints the diagnostics on standard error, the lines they speak of taken from `tree` where they lack them. With
/// `as_errors` every warning is an error. Returns whether an error was printed.
bool write_diagnostics(const Diagnostics& diagnostics, const repo::Tree* tree, bool as_errors);

}  // namespace statelane::cli
