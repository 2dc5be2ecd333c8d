#pragma once

#include <string>
#include <string_view>

#include "cli/command_table.hpp"

namespace statelane::cli {

/// What `--help` prints for a command, for a group ("run"), or for the program (""), in lines of at most `width`
/// columns where words allow.
std::string render_help(const std::string& words, std::size_t width);

/// "[OPTIONS] STATE [RANGE]": what may follow the name of a command.
std::string usage_of(const CommandRow& command);

/// `text` in lines of at most `width` columns, each begun with `indent` blanks; an empty line parts paragraphs. Ends
/// with a line break.
std::string wrap(std::string_view text, std::size_t indent, std::size_t width);

}  // namespace statelane::cli
