#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "cli/completion.hpp"

namespace statelane::cli {

namespace {

/// Bash parts words at "=", ":" and "@" too, which all stand in ids and options: the line is read anew, and what
/// stands before bash's own word is taken off the replies.
constexpr const char* functions = R"(# bash completion of statelane, written by "statelane completion bash".

_statelane_reply() {
  local word quoted
  while IFS= read -r word; do
    [[ $word == "$value"* ]] || continue
    printf -v quoted %q "$word"
    COMPREPLY+=("$prefix$quoted")
  done
}

_statelane_offer() {
  case $1 in
    files) _statelane_reply < <(compgen -f -- "$value") && compopt -o filenames ;;
    directories) _statelane_reply < <(compgen -d -- "$value") && compopt -o filenames ;;
    revisions) _statelane_reply < <(echo HEAD; git -C "$directory" for-each-ref --format='%(refname:short)' 2>/dev/null) ;;
    states) _statelane_reply < <(statelane -C "$directory" list --remembered 2>/dev/null) ;;
    words) _statelane_reply < <(printf '%s\n' "${@:2}") ;;
  esac
}

_statelane_trim() {
  local typed=$prefix$value before= index
  [[ $COMP_WORDBREAKS == *=* && $typed == *=* ]] && before=${typed%"${typed##*=}"}
  [[ $COMP_WORDBREAKS == *:* && ${typed#"$before"} == *:* ]] && before=${typed%"${typed##*:}"}
  # Of an "@" bash keeps the sign itself in the word.
  [[ $COMP_WORDBREAKS == *@* && ${typed#"$before"} == *@* ]] && before=${typed%@*}
  for index in "${!COMPREPLY[@]}"; do COMPREPLY[index]=${COMPREPLY[index]#"$before"}; done
}

)";

constexpr const char* start = R"(_statelane() {
  local line=${COMP_LINE:0:COMP_POINT} value prefix= previous command= directory=. argument=0 index
  local -a words
  COMPREPLY=()
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  value=${words[${#words[@]} - 1]}
  previous=${words[${#words[@]} - 2]}
  for ((index = 1; index < ${#words[@]} - 1; index++)); do
    case ${words[index]} in
      -C) directory=${words[++index]} ;;
)";

constexpr const char* middle = R"(      -*) ;;
      *)
        case $command in
)";

constexpr const char* after_words = R"(          *) ((++argument)) ;;
        esac
        ;;
    esac
  done
  if [[ $value == --*=* ]]; then
    previous=${value%%=*} prefix=${value%%=*}= value=${value#*=}
  fi
)";

std::string offer_of(Offers offers, const std::vector<std::string>& choices) {
  if (!choices.empty()) return fmt::format("words {}", fmt::join(choices, " "));
  switch (offers) {
    case Offers::files: return "files";
    case Offers::directories: return "directories";
    case Offers::revisions: return "revisions";
    case Offers::states: return "states";
    case Offers::nothing: break;
  }
  return "nothing";
}

/// The names of options whose next word is their value, as a pattern of `case`.
std::string options_with_value() {
  std::vector<std::string> names;
  for (const CommandRow& command : command_table()) {
    for (const OptionRow& option : all_options_of(command)) {
      if (option.value.empty()) continue;
      for (const std::string& name : names_of(option)) {
        if (name != "-C" && std::ranges::find(names, name) == names.end()) names.push_back(name);
      }
    }
  }
  return fmt::format("{}", fmt::join(names, " | "));
}

/// What is offered after each option that takes a value.
std::string render_values(const std::vector<OptionRow>& options) {
  std::string result;
  for (const OptionRow& option : options) {
    if (option.value.empty()) continue;
    result += fmt::format("        {}) _statelane_offer {} ;;\n", fmt::join(names_of(option), " | "),
                          offer_of(option.offers, option.choices));
  }
  return result;
}

/// Offers of the values of one command's options, then of its options and arguments.
std::string render_command(const CommandRow& command) {
  std::vector<std::string> names;
  for (const OptionRow& option : all_options_of(command))
    std::ranges::move(names_of(option), std::back_inserter(names));
  names.emplace_back("--help");
  std::string arguments;
  for (std::size_t index = 0; index < command.arguments.size(); ++index) {
    const ArgumentRow& argument = command.arguments[index];
    arguments += fmt::format("            {}) _statelane_offer {} ;;\n",
                             argument.fields != nullptr ? "*" : fmt::format("{}", index),
                             offer_of(argument.offers, argument.choices));
  }
  return fmt::format(
      "    {})\n      case $previous in\n{}        *)\n          if [[ $value == -* ]]; then _statelane_offer words "
      "{}; "
      "else\n            case $argument in\n{}            *) ;;\n            esac\n          fi\n          ;;\n"
      "      esac\n      ;;\n",
      quote_word(command.name), render_values(all_options_of(command)), fmt::join(names, " "), arguments);
}

/// Where a command is still to come: options for every command, and the words that may follow.
std::string render_words_after(const std::string& words) {
  std::string names = words.empty() ? " --version" : "";
  for (const OptionRow& option : common_options().rows) names += " " + name_of(option);
  for (const CommandGroup& command : commands_after(words)) names += " " + command.name;
  return fmt::format(
      "    {})\n      case $previous in\n{}        *) _statelane_offer words --help{} ;;\n      esac\n      ;;\n",
      quote_word(words), render_values(common_options().rows), names);
}

}  // namespace

std::string render_bash_completion() {
  std::string result = std::string(functions) + start;
  result += fmt::format("      {}) ((++index)) ;;\n", options_with_value()) + middle;
  result += "          '') command=${words[index]} ;;\n";
  for (const CommandGroup& group : command_groups()) {
    result += fmt::format("          {}) command+=\" ${{words[index]}}\" ;;\n", group.name);
  }
  result += after_words;
  result += "  case $command in\n" + render_words_after("");
  for (const CommandGroup& group : command_groups()) result += render_words_after(group.name);
  for (const CommandRow& command : command_table()) result += render_command(command);
  result += "  esac\n  _statelane_trim\n}\n\ncomplete -F _statelane statelane\n";
  return result;
}

}  // namespace statelane::cli
