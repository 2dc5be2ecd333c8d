#pragma once

#include <string>
#include <vector>

#include "cli/command_table.hpp"
#include "cli/parse_arguments.hpp"

namespace statelane::cli {

/// An option with the values that were typed for it; none: it was not typed.
struct TypedOption {
  const OptionRow* row;
  std::vector<std::string> values;
};

/// Sets what was typed, and where nothing was typed for any row of a name, what its variable says. Throws `Error`
/// (usage) for a value that the option does not take.
void take_options(const std::vector<TypedOption>& typed, const Environment& environment, Options& options);

/// Sets an argument; empty means that it was not typed. Throws `Error` (usage) when it is required, or not one of its
/// choices.
void take_argument(const CommandRow& command, const ArgumentRow& argument, const std::string& typed, Options& options);

/// The same for one that may take several words.
void take_arguments(const CommandRow& command, const ArgumentRow& argument, const std::vector<std::string>& typed,
                    Options& options);

/// Throws `Error` (usage) for a word that neither the command `words` nor anything else takes.
[[noreturn]] void refuse_word(const std::string& words, const std::string& typed);

/// Where to read on: "statelane run plan --help shows the options".
std::string help_hint(const std::string& words);

}  // namespace statelane::cli
