#include "repo/git_program.hpp"

#include <algorithm>
#include <iterator>

#include "base/error.hpp"

namespace statelane::repo {

process::Captured ask_git(const std::filesystem::path& directory, std::vector<std::string> arguments,
                          std::chrono::milliseconds time_out) {
  process::Command command;
  command.argv = {"git", "-c", "safe.directory=*", "-c", "core.quotePath=false", "-C", directory.string()};
  command.argv.insert(command.argv.end(), std::make_move_iterator(arguments.begin()), std::make_move_iterator(arguments.end()));
  command.environment = {{"GIT_TERMINAL_PROMPT", "0"}, {"LC_ALL", "C"}, {"GIT_OPTIONAL_LOCKS", "0"}};
  return process::run_captured(command, time_out);
}

std::optional<std::string> try_git(const std::filesystem::path& directory, std::vector<std::string> arguments,
                                   std::chrono::milliseconds time_out) {
  try {
    process::Captured captured = ask_git(directory, std::move(arguments), time_out);
    if (captured.timed_out || !captured.status.succeeded()) return std::nullopt;
    return std::move(captured.out);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::vector<std::string> split_nul(std::string_view text) {
  std::vector<std::string> fields;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\0'), text.size());
    fields.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return fields;
}

std::string trim_end(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  return text;
}

}  // namespace statelane::repo
