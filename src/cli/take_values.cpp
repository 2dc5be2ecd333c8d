#include "cli/take_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "base/error.hpp"
#include "base/suggest.hpp"

namespace statelane::cli {

namespace {

/// "auto, always or never".
std::string join_choices(const std::vector<std::string>& choices) {
  if (choices.size() < 2) return fmt::format("{}", fmt::join(choices, ""));
  return fmt::format("{} or {}", fmt::join(choices.begin(), choices.end() - 1, ", "), choices.back());
}

std::vector<std::string> suggestions(const std::string& typed, const std::vector<std::string>& candidates) {
  if (const auto found = find_suggestion(typed, candidates)) return {fmt::format("did you mean \"{}\"?", *found)};
  return {};
}

/// `source` is the option or the variable that the value came from.
[[noreturn]] void refuse_value(const OptionRow& row, const std::string& source, const std::string& value) {
  const std::string expected = !row.choices.empty() ? join_choices(row.choices)
                               : row.value.empty()  ? "true or false"
                                                    : row.expects;
  throw Error(ErrorKind::usage, fmt::format("{} takes {}, not \"{}\"", source, expected, value),
              suggestions(value, row.choices));
}

/// "true", "false" or, for what is neither, empty.
std::string_view read_truth(const std::string& value) {
  static const std::set<std::string, std::less<>> yes = {"true", "1", "yes", "on"};
  static const std::set<std::string, std::less<>> no = {"false", "0", "no", "off"};
  return yes.contains(value) ? "true" : no.contains(value) ? "false" : "";
}

void take_value(const OptionRow& row, const std::string& source, const std::string& value, Options& options) {
  const bool is_flag = row.value.empty();
  const std::string_view taken = is_flag ? read_truth(value) : std::string_view(value);
  const bool is_choice = row.choices.empty() || std::ranges::find(row.choices, value) != row.choices.end();
  if ((is_flag && taken.empty()) || !is_choice || !row.set(options, taken)) refuse_value(row, source, value);
}

std::vector<std::string> split_at_blanks(const std::string& text) {
  std::istringstream words(text);
  return {std::istream_iterator<std::string>(words), {}};
}

/// A word that begins with a dash: one of the command's options was meant.
[[noreturn]] void refuse_option(const std::string& words, const std::string& typed) {
  const std::string name = typed.substr(0, typed.find('='));
  std::vector<std::string> candidates = {"--help", "--version"};
  const auto add = [&](const OptionGroup& group) {
    for (const OptionRow& row : group.rows) std::ranges::move(names_of(row), std::back_inserter(candidates));
  };
  add(common_options());
  for (const CommandRow& command : command_table()) {
    if (command.name == words) std::ranges::for_each(command.options, add);
  }
  // Of one letter every other one is as near.
  std::vector<std::string> hints = name.size() > 2 ? suggestions(name, candidates) : std::vector<std::string>{};
  hints.push_back(help_hint(words));
  throw Error(ErrorKind::usage, fmt::format("unknown option \"{}\"", name), std::move(hints));
}

/// The words that may follow `words`: for "" the commands, for "run" its verbs.
std::vector<std::string> words_after(const std::string& words) {
  const std::string start = words.empty() ? "" : words + " ";
  std::vector<std::string> result;
  for (const CommandRow& command : command_table()) {
    if (!command.name.starts_with(start)) continue;
    const std::string rest = command.name.substr(start.size());
    result.push_back(rest.substr(0, rest.find(' ')));
  }
  return result;
}

}  // namespace

void take_options(const std::vector<TypedOption>& typed, const Environment& environment, Options& options) {
  std::set<std::string> done;
  for (const auto& [row, values] : typed) {
    for (const std::string& value : values) take_value(*row, name_of(*row), value, options);
    if (!values.empty()) done.insert(row->names);
  }
  for (const auto& [row, values] : typed) {
    if (row->variable.empty() || !done.insert(row->names).second) continue;
    const std::string value = environment(row->variable).value_or("");
    const std::vector<std::string> parts = row->is_repeatable ? split_at_blanks(value) : std::vector{value};
    for (const std::string& part : parts) {
      if (!part.empty()) take_value(*row, row->variable, part, options);
    }
  }
}

void take_argument(const CommandRow& command, const ArgumentRow& argument, const std::string& typed, Options& options) {
  if (typed.empty()) {
    if (!argument.is_required) return;
    throw Error(ErrorKind::usage, fmt::format("{} wants {}: {}", command.name, argument.name, argument.help),
                {help_hint(command.name)});
  }
  if (!argument.choices.empty() && std::ranges::find(argument.choices, typed) == argument.choices.end()) {
    throw Error(ErrorKind::usage,
                fmt::format("{} takes {}, not \"{}\"", command.name, join_choices(argument.choices), typed),
                suggestions(typed, argument.choices));
  }
  options.*argument.field = typed;
}

void take_arguments(const CommandRow& command, const ArgumentRow& argument, const std::vector<std::string>& typed,
                    Options& options) {
  if (argument.fields != nullptr) {
    options.*argument.fields = typed;
  } else {
    take_argument(command, argument, typed.empty() ? "" : typed.front(), options);
  }
}

void refuse_word(const std::string& words, const std::string& typed) {
  if (typed.size() > 1 && typed.front() == '-') refuse_option(words, typed);
  const std::vector<std::string> candidates = words_after(words);
  if (candidates.empty()) {
    throw Error(ErrorKind::usage, fmt::format("{} does not take \"{}\"", words, typed), {help_hint(words)});
  }
  std::vector<std::string> hints = suggestions(typed, candidates);
  hints.push_back(words.empty() ? "statelane --help lists the commands" : help_hint(words));
  throw Error(ErrorKind::usage, fmt::format("unknown command \"{}\"", words.empty() ? typed : words + " " + typed),
              std::move(hints));
}

std::string help_hint(const std::string& words) {
  return fmt::format("statelane {}--help shows the options", words.empty() ? "" : words + " ");
}

}  // namespace statelane::cli
