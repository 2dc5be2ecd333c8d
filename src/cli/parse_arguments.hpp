#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "cli/command_table.hpp"
#include "cli/options.hpp"

namespace statelane::cli {

/// What became of the command line: a command with its options, or a text to print.
struct ParsedArguments {
  const CommandRow* command = nullptr;  ///< null: print `text` and exit with `exit_code`
  Options options = {};
  std::string text = {};
  int exit_code = 0;
};

/// The value of an environment variable; empty where it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// Reads the command line by the command table, and where it is silent the variables that stand for options (an empty
/// one counts as not set). Help, at most `width` columns wide, and version come back as text with exit code 0. What
/// cannot be understood throws `Error` (usage), with a suggestion where a word is near; a value that came from a
/// variable is refused under the variable's name.
ParsedArguments parse_arguments(std::span<const char* const> arguments, const Environment& environment,
                                std::size_t width);

}  // namespace statelane::cli
