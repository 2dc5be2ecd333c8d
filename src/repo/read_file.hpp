#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

namespace statelane::repo {

/// All bytes of a regular file; a symbolic link at its end is not followed. Empty, with the reason in `fault`, when it
/// cannot be read; never waits, whatever kind of file it is.
std::optional<std::string> read_whole_file(const std::filesystem::path& file, std::error_code& fault);

/// The same, but no more than the first `most` bytes.
std::optional<std::string> read_file_start(const std::filesystem::path& file, std::size_t most, std::error_code& fault);

/// A file that git keeps its own affairs in, through links as git follows them. Empty when it is not there; throws
/// `Error` (environment) when something else than a file is.
std::string read_administration(const std::filesystem::path& file);

}  // namespace statelane::repo
