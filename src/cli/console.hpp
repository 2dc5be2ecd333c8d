#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "base/diagnostics.hpp"
#include "cli/options.hpp"
#include "emit/view.hpp"
#include "repo/tree.hpp"

namespace statelane::cli {

/// What standard output can show. Colour: asked for, or a terminal without NO_COLOR.
emit::View output_view(const Options& options);

/// One remedy, on standard error, folded to the terminal where that is one.
void write_hint(std::string_view text);

/// A message with its hints folded to the terminal, where standard error is one. Its first line stays one line.
std::string fold_hints(std::string_view message);

/// Suggests commands to go on with, one a line, on standard error, where that is a terminal: people want them, logs do
/// not.
void write_next_commands(std::initializer_list<std::string> commands);

/// `word` as a person types it in a shell: quoted only where that is needed.
std::string as_typed(std::string_view word);

/// Writes to standard output. Throws `Error` (environment) when that fails, as on a full disk.
void write_output(std::string_view text);

/// Prints the diagnostics on standard error, the lines they speak of taken from `tree` where they lack them. With
/// `as_errors` every warning is an error. Returns whether an error was printed.
bool write_diagnostics(const Diagnostics& diagnostics, const repo::Tree* tree, bool as_errors);

}  // namespace statelane::cli
