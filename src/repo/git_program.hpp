#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "process/command.hpp"

namespace statelane::repo {

/// Which repository a question to the `git` program is about.
struct GitPlace {
  enum class Kind {
    git_directory,  ///< `.git` itself. git does not ask who owns the files; only questions about objects and remotes
    work_tree,      ///< a work tree. git checks the owner: filters that the repository's configuration names may run
    anywhere,       ///< a directory below which a repository is looked for, whoever owns it; only for `rev-parse`
  };
  Kind kind = Kind::git_directory;
  std::filesystem::path path{};
};

/// The question as a command: no prompts, no hooks, no file system monitor, no optional locks, no replaced objects, in
/// English, and without the variables by which a surrounding git (a hook's) points at another repository.
process::Command build_git_command(const GitPlace& place, std::vector<std::string> arguments);

/// The remedy where the `git` program is not there.
inline constexpr const char* git_missing_hint = "install git in the job's image: this repository needs it here";

/// Asks the `git` program one of the few things that libgit2 1.5 cannot do. Git's own failure is in the answer. Throws
/// `Error` when there is no `git`, and when it does not answer in time.
process::Captured ask_git(const GitPlace& place, std::vector<std::string> arguments,
                          std::chrono::milliseconds time_out = std::chrono::seconds(60));

/// Like `ask_git`, the output when git succeeded; empty otherwise, also when there is no git or no answer in time.
std::optional<std::string> try_git(const GitPlace& place, std::vector<std::string> arguments,
                                   std::chrono::milliseconds time_out = std::chrono::seconds(60));

/// The fields of NUL-separated output.
std::vector<std::string> split_nul(std::string_view text);

/// `text` without white space at its end.
std::string trim_end(std::string text);

/// The first line of what git complained about, without `fatal:` and `error:`.
std::string first_complaint(std::string_view errors);

}  // namespace statelane::repo
