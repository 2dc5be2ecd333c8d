#include "repo/git_program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/error.hpp"

namespace statelane::repo {

process::Command build_git_command(const GitPlace& place, std::vector<std::string> arguments) {
  process::Command command;
  command.argv = {"git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"};
  switch (place.kind) {
    // An explicit git directory is trusted, by every version of git.
    case GitPlace::Kind::git_directory: command.argv.push_back("--git-dir=" + place.path.string()); break;
    case GitPlace::Kind::anywhere: command.argv.insert(command.argv.end(), {"-c", "safe.directory=*"}); [[fallthrough]];
    case GitPlace::Kind::work_tree: command.argv.insert(command.argv.end(), {"-C", place.path.string()}); break;
  }
  command.argv.insert(command.argv.end(), std::make_move_iterator(arguments.begin()),
                      std::make_move_iterator(arguments.end()));
  command.environment = {{"GIT_TERMINAL_PROMPT", "0"},
                         {"GIT_ASKPASS", "true"},
                         {"GIT_OPTIONAL_LOCKS", "0"},
                         {"LC_ALL", "C"},
                         {"GIT_NO_REPLACE_OBJECTS", "1"}};
  for (const char* name : {"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY",
                           "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_TRACE"}) {
    command.environment[name] = std::nullopt;
  }
  return command;
}

process::Captured ask_git(const GitPlace& place, std::vector<std::string> arguments,
                          std::chrono::milliseconds time_out) {
  const std::string verb = arguments.empty() ? std::string() : arguments.front();
  process::Captured answer;
  try {
    answer = process::run_captured(build_git_command(place, std::move(arguments)), time_out);
  } catch (const Error& error) {
    throw Error(ErrorKind::environment, error.what(), {git_missing_hint});
  }
  if (answer.timed_out) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time_out).count();
    throw Error(ErrorKind::environment, fmt::format("git {} gave no answer in {} s", verb, seconds));
  }
  return answer;
}

std::optional<std::string> try_git(const GitPlace& place, std::vector<std::string> arguments,
                                   std::chrono::milliseconds time_out) {
  try {
    process::Captured answer = ask_git(place, std::move(arguments), time_out);
    if (!answer.status.succeeded()) return std::nullopt;
    return std::move(answer.out);
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

std::string first_complaint(std::string_view errors) {
  // Said twice, by the server and by the client, in no fixed order.
  if (errors.find("not our ref") != std::string_view::npos) return "origin does not have it";
  std::string_view line = errors.substr(0, errors.find('\n'));
  for (const std::string_view prefix : {"fatal: ", "error: "}) {
    if (line.starts_with(prefix)) line.remove_prefix(prefix.size());
  }
  return line.empty() ? "git gave no reason" : std::string(line);
}

}  // namespace statelane::repo
