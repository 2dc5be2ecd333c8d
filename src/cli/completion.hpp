#pragma once

#include <string>
#include <vector>

#include "cli/command_table.hpp"

namespace statelane::cli {

// Completion scripts, made of the command table. States are asked of the program itself, quietly; revisions of git.

std::string render_bash_completion();
std::string render_zsh_completion();
std::string render_fish_completion();

/// `text` as one word for a POSIX shell, in single quotes. zsh reads it alike.
std::string quote_word(std::string_view text);

/// The words that may follow `words` as commands, each once: after "" the commands, after "run" its verbs.
std::vector<CommandGroup> commands_after(const std::string& words);

/// Its options and those of every command.
std::vector<OptionRow> all_options_of(const CommandRow& command);

}  // namespace statelane::cli
