#include "cli/completion.hpp"

namespace statelane::cli {

std::string quote_word(std::string_view text) {
  std::string result = "'";
  for (const char letter : text) result += letter == '\'' ? "'\\''" : std::string(1, letter);
  return result + "'";
}

std::vector<CommandGroup> commands_after(const std::string& words) {
  const std::string start = words.empty() ? "" : words + " ";
  std::vector<CommandGroup> result;
  if (words.empty()) result.assign(command_groups().begin(), command_groups().end());
  for (const CommandRow& command : command_table()) {
    if (!command.name.starts_with(start)) continue;
    const std::string rest = command.name.substr(start.size());
    if (rest.find(' ') == std::string::npos) result.push_back({rest, command.summary});
  }
  return result;
}

std::vector<OptionRow> all_options_of(const CommandRow& command) {
  std::vector<OptionRow> result;
  for (const OptionGroup& group : command.options) result.insert(result.end(), group.rows.begin(), group.rows.end());
  const OptionGroup& common = common_options();
  result.insert(result.end(), common.rows.begin(), common.rows.end());
  return result;
}

}  // namespace statelane::cli
