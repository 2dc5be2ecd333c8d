#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace statelane::lint {

/// A piece of a shell word.
struct WordPart {
  enum class Kind { literal, variable, unknown };
  Kind kind = Kind::literal;
  std::string text;       ///< the literal, or the variable's name
  std::string otherwise;  ///< of `${NAME:-otherwise}`

  friend bool operator==(const WordPart&, const WordPart&) = default;
};

using ShellWord = std::vector<WordPart>;

/// One simple command. `line` counts from 0 in the text; assignments are those before the first word.
struct ShellCommand {
  enum class Kind { simple, subshell_begins, subshell_ends };
  Kind kind = Kind::simple;
  std::vector<std::pair<std::string, ShellWord>> assignments;
  std::vector<ShellWord> words;
  std::uint32_t line = 0;
  bool feeds_pipe = false;              ///< its output goes into the next command
  std::vector<ShellWord> output_files;  ///< targets of `>` and `>>`

  friend bool operator==(const ShellCommand&, const ShellCommand&) = default;
};

/// Splits a script into its simple commands, in the order of the text, whatever decides which of them run: reserved
/// words (`if`, `do`, `!` …) are dropped, and `for NAME in WORDS` is a command of that name. Command substitution is
/// unknown text; the commands inside it are found too. Here-documents are skipped. Never fails: what no shell would
/// read gives some words.
std::vector<ShellCommand> parse_shell(std::string_view script);

/// The word as text when it is literal as a whole; empty otherwise.
std::string literal_of(const ShellWord& word);

}  // namespace statelane::lint
