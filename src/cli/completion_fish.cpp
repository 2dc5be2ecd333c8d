#include <fmt/format.h>

#include <algorithm>

#include "cli/completion.hpp"

namespace statelane::cli {

namespace {

constexpr const char* functions = R"(# fish completion of statelane, written by "statelane completion fish".

# The words of the command line before the cursor that are neither options nor their values.
function __statelane_words
    set -l words (commandline -opc)
    set -l rest
    set -l skip 0
    for word in $words[2..-1]
        if test $skip = 1
            set skip 0
        else if contains -- $word $__statelane_valued
            set skip 1
        else if not string match -q -- '-*' $word
            set -a rest $word
        end
    end
    string join \n -- $rest
end

# Whether these words were typed as the command, followed by as many more words as the first argument says.
function __statelane_at
    set -l words (__statelane_words)
    set -l wanted $argv[2..-1]
    set -l count (count $wanted)
    if test $count -gt 0
        test (count $words) -ge $count; or return 1
        test "$words[1..$count]" = "$wanted"; or return 1
    end
    test $argv[1] = any; or test (count $words) -eq (math $count + $argv[1])
end

function __statelane_directory
    set -l words (commandline -opc)
    if set -l at (contains -i -- -C $words)
        echo $words[(math $at + 1)]
    else
        echo .
    end
end

function __statelane_states
    statelane -C (__statelane_directory) list --remembered 2>/dev/null
end

function __statelane_revisions
    echo HEAD
    git -C (__statelane_directory) for-each-ref --format='%(refname:short)' 2>/dev/null
end

complete -c statelane -f
)";

/// `text` in single quotes, as fish reads them.
std::string quote(std::string_view text) {
  std::string result = "'";
  for (const char letter : text) {
    if (letter == '\'' || letter == '\\') result += '\\';
    result += letter;
  }
  return result + "'";
}

std::string offer_of(Offers offers, const std::vector<std::string>& choices) {
  if (!choices.empty()) return fmt::format(" -a '{}'", fmt::join(choices, " "));
  switch (offers) {
    case Offers::files: return " -F";
    case Offers::directories: return " -a '(__fish_complete_directories)'";
    case Offers::revisions: return " -a '(__statelane_revisions)'";
    case Offers::states: return " -a '(__statelane_states)'";
    case Offers::nothing: break;
  }
  return "";
}

std::string render_option(const std::string& condition, const OptionRow& option) {
  std::string result = fmt::format("complete -c statelane -n {}", quote(condition));
  for (const std::string& name : names_of(option)) {
    result += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (!option.value.empty())
    result += (option.offers == Offers::files ? " -r" : " -x") + offer_of(option.offers, option.choices);
  return result + fmt::format(" -d {}\n", quote(option.help));
}

std::string render_commands_after(const std::string& words) {
  std::string result;
  const std::string condition = fmt::format("__statelane_at 0{}{}", words.empty() ? "" : " ", words);
  for (const CommandGroup& command : commands_after(words)) {
    result += fmt::format("complete -c statelane -n {} -a {} -d {}\n", quote(condition), command.name,
                          quote(command.summary));
  }
  return result;
}

std::string render_command(const CommandRow& command) {
  std::string result;
  for (const OptionGroup& group : command.options) {
    for (const OptionRow& option : group.rows) result += render_option("__statelane_at any " + command.name, option);
  }
  for (std::size_t index = 0; index < command.arguments.size(); ++index) {
    const ArgumentRow& argument = command.arguments[index];
    const std::string offer = offer_of(argument.offers, argument.choices);
    if (offer.empty()) continue;
    result += fmt::format("complete -c statelane -n '__statelane_at {} {}'{} -d {}\n", index, command.name, offer,
                          quote(argument.name));
  }
  return result;
}

/// The variable that holds the names of options whose next word is their value.
std::string render_valued() {
  std::vector<std::string> names;
  for (const CommandRow& command : command_table()) {
    for (const OptionRow& option : all_options_of(command)) {
      for (const std::string& name : names_of(option)) {
        const bool is_new = std::ranges::find(names, name) == names.end();
        if (is_new && !option.value.empty()) names.push_back(name);
      }
    }
  }
  return fmt::format("set -g __statelane_valued {}\n", fmt::join(names, " "));
}

}  // namespace

std::string render_fish_completion() {
  std::string result = functions + render_valued();
  for (const OptionRow& option : common_options().rows) result += render_option("__statelane_at any", option);
  result += "complete -c statelane -s h -l help -d 'print this help'\n";
  result += "complete -c statelane -n '__statelane_at 0' -l version -d 'print the version'\n";
  result += render_commands_after("");
  for (const CommandGroup& group : command_groups()) result += render_commands_after(group.name);
  for (const CommandRow& command : command_table()) result += render_command(command);
  return result;
}

}  // namespace statelane::cli
