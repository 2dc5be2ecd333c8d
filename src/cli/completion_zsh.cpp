#include <fmt/format.h>

#include <algorithm>

#include "cli/completion.hpp"

namespace statelane::cli {

namespace {

constexpr const char* functions = R"~(#compdef statelane
# zsh completion of statelane, written by "statelane completion zsh".

_statelane_states() {
  local -a ids
  ids=(${(f)"$(statelane -C "$directory" list --remembered 2>/dev/null)"})
  compadd -a ids
}

_statelane_revisions() {
  local -a names
  names=(HEAD ${(f)"$(git -C "$directory" for-each-ref --format='%(refname:short)' 2>/dev/null)"})
  compadd -a names
}

)~";

/// `text` where a specification of `_arguments` has an explanation: brackets and colons mean something there.
std::string explain(std::string_view text) {
  std::string result;
  for (const char letter : text) {
    if (letter == '[' || letter == ']' || letter == ':' || letter == '\\') result += '\\';
    result += letter;
  }
  return result;
}

std::string action_of(Offers offers, const std::vector<std::string>& choices) {
  if (!choices.empty()) return fmt::format("({})", fmt::join(choices, " "));
  switch (offers) {
    case Offers::files: return "_files";
    case Offers::directories: return "_files -/";
    case Offers::revisions: return "_statelane_revisions";
    case Offers::states: return "_statelane_states";
    case Offers::nothing: break;
  }
  return " ";
}

/// One specification for each name: `--base=[compare with this revision]:REV:_statelane_revisions`.
std::string render_option(const OptionRow& option) {
  const std::vector<std::string> names = names_of(option);
  std::string result;
  for (const std::string& name : names) {
    std::string spec = option.is_repeatable ? "*" : fmt::format("({})", fmt::join(names, " "));
    spec += name;
    if (!option.value.empty() && name.starts_with("--")) spec += "=";
    spec += fmt::format("[{}]", explain(option.help));
    if (!option.value.empty()) {
      spec += fmt::format(":{}:{}", explain(option.value), action_of(option.offers, option.choices));
    }
    result += fmt::format("    {} \\\n", quote_word(spec));
  }
  return result;
}

std::string render_options(const std::vector<OptionRow>& options) {
  std::string result;
  for (const OptionRow& option : options) result += render_option(option);
  return result + "    '(- *)'{-h,--help}'[print this help]' \\\n";
}

std::string function_of(std::string name) {
  std::ranges::replace(name, ' ', '_');
  return "_statelane_" + name;
}

std::string render_command(const CommandRow& command) {
  std::string result = fmt::format("{}() {{\n  _arguments -s -S \\\n", function_of("do_" + command.name));
  result += render_options(all_options_of(command));
  for (const ArgumentRow& argument : command.arguments) {
    const std::string spec = fmt::format("{}:{}:{}",
                                         argument.fields != nullptr ? "*"
                                         : argument.is_required     ? ""
                                                                    : ":",
                                         explain(argument.help), action_of(argument.offers, argument.choices));
    result += fmt::format("    {} \\\n", quote_word(spec));
  }
  return result + "    && return 0\n}\n\n";
}

/// A word that chooses among commands, and then their own function.
std::string render_group(const std::string& words) {
  std::string offered, functions_after;
  for (const CommandGroup& command : commands_after(words)) {
    offered += fmt::format("        {}\n", quote_word(command.name + ":" + command.summary));
    const std::string whole = words.empty() ? command.name : words + " " + command.name;
    functions_after += fmt::format("        {}) {} ;;\n", command.name, function_of("do_" + whole));
  }
  std::string result = fmt::format("{}() {{\n", words.empty() ? "_statelane" : function_of("do_" + words));
  // The functions below are called with the rest of the words alone, and ask for states where the line says.
  if (words.empty()) {
    result += "  local at=${words[(I)-C]} directory=.\n  (( at )) && directory=${(Q)words[at+1]}\n";
  }
  result += "  local context state line\n  local -a commands\n  _arguments -C -S \\\n";
  result += render_options(common_options().rows);
  if (words.empty()) result += "    '(- *)--version[print the version]' \\\n";
  result += "    '1: :->command' '*:: :->rest' && return 0\n  case $state in\n    command)\n      commands=(\n";
  result += offered + "      )\n      _describe command commands\n      ;;\n    rest)\n      case $line[1] in\n";
  return result + functions_after + "      esac\n      ;;\n  esac\n}\n\n";
}

}  // namespace

std::string render_zsh_completion() {
  std::string result = functions;
  for (const CommandRow& command : command_table()) result += render_command(command);
  for (const CommandGroup& group : command_groups()) result += render_group(group.name);
  result += render_group("");
  return result +
         "if [[ $funcstack[1] == _statelane ]]; then _statelane \"$@\"; else compdef _statelane statelane; fi\n";
}

}  // namespace statelane::cli
