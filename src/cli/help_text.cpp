#include "cli/help_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace statelane::cli {

namespace {

using Columns = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t widest_name = 26;  ///< a longer left column pushes its text to the next line

constexpr const char* description =
    "Every Terraform state gets its own lane to production. Finds the states of a repository, says which of them a "
    "change touches and why, generates the GitLab child pipeline for those, and runs Terraform in its jobs.";

/// Two columns under a heading, the second wrapped.
std::string render_columns(std::string_view title, const Columns& rows, std::size_t width) {
  std::size_t left = 0;
  for (const auto& [name, text] : rows) {
    if (name.size() <= widest_name) left = std::max(left, name.size());
  }
  const std::size_t indent = left + 4;
  std::string result = fmt::format("\n{}:\n", title);
  for (const auto& [name, text] : rows) {
    const std::string wrapped = wrap(text, indent, width);
    if (name.size() <= left) {
      result += fmt::format("  {:<{}}", name, indent - 2) + wrapped.substr(indent);
    } else {
      result += fmt::format("  {}\n", name) + wrapped;
    }
  }
  return result;
}

/// "-o, --output FILE"; long names of options without a short one stand below those of options with one.
std::string left_of(const OptionRow& option) {
  const std::vector<std::string> names = names_of(option);
  const bool starts_short = names.front().size() == 2;
  std::string result = fmt::format("{}{}", starts_short ? "" : "    ", fmt::join(names, ", "));
  if (!option.value.empty()) result += " " + option.value;
  return result;
}

std::string render_options(const OptionGroup& group, bool has_help, std::size_t width) {
  Columns rows;
  for (const OptionRow& option : group.rows) rows.emplace_back(left_of(option), option.help);
  if (has_help) rows.emplace_back("-h, --help", "print this help");
  return render_columns(group.title, rows, width);
}

std::string render_examples(const std::vector<Example>& examples, std::size_t width) {
  std::string result = examples.empty() ? "" : "\nExamples:\n";
  for (const Example& example : examples)
    result += fmt::format("  {}\n", example.command) + wrap(example.says, 6, width);
  return result;
}

std::string render_command(const CommandRow& command, std::size_t width) {
  std::string result = wrap(fmt::format("statelane {}: {}", command.name, command.summary), 0, width);
  result += "\n" + wrap(fmt::format("Usage: statelane {} {}", command.name, usage_of(command)), 0, width);
  if (!command.description.empty()) result += "\n" + wrap(command.description, 0, width);
  Columns arguments;
  for (const ArgumentRow& argument : command.arguments) arguments.emplace_back(argument.name, argument.help);
  if (!arguments.empty()) result += render_columns("Arguments", arguments, width);
  for (const OptionGroup& group : command.options) result += render_options(group, false, width);
  result += render_options(common_options(), true, width);
  result += render_examples(command.examples, width);
  result += "\n" + wrap(
                       "Each long option has a variable, as STATELANE_OPT_COLOR stands for --color; the command line "
                       "beats the variable, the variable beats .statelane.yml.",
                       0, width);
  return result;
}

/// The commands of the program, or of one group, by section.
std::string render_sections(std::string_view start, std::size_t width) {
  std::string result;
  for (const Section section :
       {Section::reading, Section::comparing, Section::pipeline, Section::job, Section::adopting}) {
    Columns rows;
    for (const CommandRow& command : command_table()) {
      if (command.section == section && command.name.starts_with(start)) {
        rows.emplace_back(command.name, command.summary);
      }
    }
    if (!rows.empty()) result += render_columns(title_of(section), rows, width);
  }
  return result;
}

std::string render_program(std::size_t width) {
  OptionGroup options = common_options();
  options.title = "Options";
  options.rows.push_back({.names = "--version", .help = "print the version"});
  return wrap(description, 0, width) + "\n" + wrap("Usage: statelane [-C DIR] COMMAND [OPTIONS]", 0, width) +
         render_sections("", width) + render_options(options, true, width) +
         render_examples({{"statelane list", "which states there are"},
                          {"statelane affected HEAD", "which of them the last commit touched, and why"},
                          {"statelane generate HEAD", "the child pipeline for it; nothing is written"}},
                         width) +
         "\n" + wrap("statelane COMMAND --help shows a command's options and examples.", 0, width);
}

}  // namespace

std::string usage_of(const CommandRow& command) {
  std::string result = "[OPTIONS]";
  for (const ArgumentRow& argument : command.arguments) {
    const std::string name = argument.name + (argument.fields != nullptr ? "…" : "");
    result += argument.is_required ? " " + name : " [" + name + "]";
  }
  if (command.command != nullptr) result += " [-- COMMAND…]";
  return result;
}

std::string wrap(std::string_view text, std::size_t indent, std::size_t width) {
  std::string result;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
    const std::string_view word = text.substr(0, end);
    const bool is_paragraph = text.substr(end).starts_with("\n\n");
    if (column > 0 && column + 1 + word.size() > width) {
      result += "\n";
      column = 0;
    }
    result += column == 0 ? std::string(indent, ' ') : " ";
    result += word;
    column = (column == 0 ? indent : column + 1) + word.size();
    if (is_paragraph) {
      result += "\n\n";
      column = 0;
    }
    text.remove_prefix(std::min(text.size(), end + (is_paragraph ? 2 : 1)));
  }
  return result + "\n";
}

std::string render_help(const std::string& words, std::size_t width) {
  for (const CommandRow& command : command_table()) {
    if (command.name == words) return render_command(command, width);
  }
  for (const CommandGroup& group : command_groups()) {
    if (group.name != words) continue;
    return wrap(fmt::format("statelane {}: {}", group.name, group.summary), 0, width) +
           fmt::format("\nUsage: statelane {} COMMAND [OPTIONS]\n", group.name) + render_sections(words + " ", width) +
           "\n" + wrap(fmt::format("statelane {} COMMAND --help shows a command's options.", group.name), 0, width);
  }
  return render_program(width);
}

}  // namespace statelane::cli
