#pragma once

#include <filesystem>
#include <string_view>

#include "base/diagnostics.hpp"
#include "cli/options.hpp"
#include "repo/tree.hpp"

namespace statelane::cli {

/// Standard output takes colour: asked for, or a terminal without NO_COLOR.
bool wants_color(const Options& options);

/// Writes to standard output. Throws `Error` (environment) when that fails, as on a full disk.
void write_output(std::string_view text);

/// Prints the diagnostics on standard error, the lines they speak of taken from `tree` where they lack them. With
/// `as_errors` every warning is an error. Returns whether an error was printed.
bool write_diagnostics(const Diagnostics& diagnostics, const repo::Tree* tree, bool as_errors);

/// Writes a file by rename, so that it is whole or not there; what was there stays when it cannot be written.
void write_file(const std::filesystem::path& file, std::string_view text);

}  // namespace statelane::cli
