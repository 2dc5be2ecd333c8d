#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "process/command.hpp"

namespace statelane::repo {

/// Asks the `git` program in `directory`, for the few things that libgit2 1.5 cannot do. It never prompts, ignores the user's and the
/// system's configuration of ownership, speaks English and stops after `time_out`. Throws `Error` when there is no `git`.
process::Captured ask_git(const std::filesystem::path& directory, std::vector<std::string> arguments,
                          std::chrono::milliseconds time_out = std::chrono::seconds(60));

/// Like `ask_git`, the output when git succeeded; empty otherwise, also when there is no git.
std::optional<std::string> try_git(const std::filesystem::path& directory, std::vector<std::string> arguments,
                                   std::chrono::milliseconds time_out = std::chrono::seconds(60));

/// The fields of NUL-separated output.
std::vector<std::string> split_nul(std::string_view text);

/// `text` without white space at its end.
std::string trim_end(std::string text);

}  // namespace statelane::repo
