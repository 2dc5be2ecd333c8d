#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options.hpp"

namespace statelane::cli {

/// What a shell offers where a value is typed.
enum class Offers { nothing, files, directories, revisions, states };

/// One option. Everything that is said of it anywhere is made of its row: parsing, `--help`, completion, man page.
struct OptionRow {
  std::string names;                      ///< "-o,--output": the long name last
  std::string value = {};                 ///< what help shows for its value, "FILE"; empty: it takes none
  std::string help = {};                  ///< one sentence, lower case, no full stop
  std::string expects = {};               ///< what a value has to be, for the message when it is not: "a whole number"
  std::string variable = {};              ///< the environment variable that stands for it; empty: none
  std::vector<std::string> choices = {};  ///< the only values it takes; empty: any
  Offers offers = Offers::nothing;
  bool can_be_negated = false;  ///< a flag that also has a `--no-` form
  bool is_repeatable = false;
  /// Takes one value ("true" or "false" for a flag) into the options; false when it is not what `expects` says.
  std::function<bool(Options&, std::string_view)> set = {};
};

/// Options under one heading.
struct OptionGroup {
  std::string title;
  std::vector<OptionRow> rows;
};

/// One positional argument.
struct ArgumentRow {
  std::string name;
  std::string help = {};
  bool is_required = false;
  Offers offers = Offers::nothing;
  std::vector<std::string> choices = {};
  std::string Options::*field = nullptr;
  std::vector<std::string> Options::*fields = nullptr;  ///< in place of `field`: any number of words
};

/// A command line and what it is good for.
struct Example {
  std::string command;
  std::string says;
};

/// Under which heading the list of commands shows a command.
enum class Section { reading, comparing, pipeline, job, adopting };

/// One command.
struct CommandRow {
  std::string name;  ///< with the group it belongs to: "run plan"
  Section section = Section::reading;
  std::string summary = {};      ///< one line for the list of commands
  std::string description = {};  ///< more, in sentences; an empty line parts paragraphs
  std::vector<ArgumentRow> arguments = {};
  std::vector<std::string>& (*command)(Options&) = nullptr;  ///< where the words after `--` go: a command of its own
  std::vector<OptionGroup> options = {};
  std::vector<Example> examples = {};
  void (*defaults)(Options&) = nullptr;  ///< what differs from the defaults of `Options`
  int (*run)(const Options&) = nullptr;
};

/// A word that only introduces commands, as `run` does.
struct CommandGroup {
  std::string name;
  std::string summary;
};

/// All commands, as help lists them.
const std::vector<CommandRow>& command_table();

/// The words that introduce commands of two words.
std::span<const CommandGroup> command_groups();

/// Options that every command takes.
const OptionGroup& common_options();

/// The heading of a section.
std::string_view title_of(Section section);

/// The names of an option, each with its dashes: {"-o", "--output"}; with `--no-…` when it can be negated.
std::vector<std::string> names_of(const OptionRow& option);

/// The name that messages use: the long one.
std::string name_of(const OptionRow& option);

// The table, one function for each file that holds a part of it.
std::vector<CommandRow> reading_commands();
std::vector<CommandRow> comparing_commands();
std::vector<CommandRow> job_commands();
std::vector<CommandRow> shell_commands();

}  // namespace statelane::cli
