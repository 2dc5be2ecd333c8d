#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "repo/object_id.hpp"
#include "repo/repository_handle.hpp"

namespace statelane::repo {

namespace {

/// `git fetch` with these arguments.
Fetched fetch(const GitPlace& place, std::vector<std::string> arguments, std::chrono::seconds time_out) {
  arguments.insert(arguments.begin(), {"fetch", "--quiet", "--no-tags", "--no-write-fetch-head",
                                       "--recurse-submodules=no", "--no-auto-maintenance"});
  try {
    const process::Captured answer = ask_git(place, std::move(arguments), time_out);
    if (answer.status.succeeded()) return {true};
    return {false, first_complaint(answer.err)};
  } catch (const Error& error) {
    return {false, error.what(), error.hints()};
  }
}

}  // namespace

Fetched Repository::fetch_commit(const CommitId& commit, std::chrono::seconds time_out) const {
  if (parse_object_id(commit).is_zero()) return {false, fmt::format("\"{}\" is no commit id", commit)};
  // In a full clone a depth would cut the history of what is fetched, and make the clone a shallow one.
  std::vector<std::string> arguments = {"origin", commit};
  if (is_shallow()) arguments.insert(arguments.begin(), "--depth=1");
  Fetched fetched = fetch(handle_->place(), std::move(arguments), time_out);
  handle_->objects->refresh();
  if (find_commit(commit)) return {true};
  if (fetched) return {false, "what origin has under this id is no commit"};
  return fetched;
}

Fetched Repository::deepen(const std::vector<CommitId>& commits, unsigned count, std::chrono::seconds time_out) const {
  std::vector<std::string> arguments = {count == 0 ? "--unshallow" : fmt::format("--deepen={}", count), "origin"};
  arguments.insert(arguments.end(), commits.begin(), commits.end());
  const auto before = read_shallow_boundary(handle_->common_directory);
  Fetched fetched = fetch(handle_->place(), std::move(arguments), time_out);
  handle_->objects->refresh();
  if (!fetched) return fetched;
  if (read_shallow_boundary(handle_->common_directory) != before) return {true};
  return {false, "origin has no more of the history"};
}

bool Repository::fetch_branch(const std::string& branch, std::chrono::seconds time_out) const {
  const auto answer = try_git(handle_->place(),
                              {"fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no",
                               "--no-auto-maintenance", "origin", "refs/heads/" + branch},
                              time_out);
  handle_->objects->refresh();
  return answer.has_value();
}

std::optional<CommitId> Repository::remote_branch_tip(const std::string& branch, std::chrono::seconds time_out) const {
  const std::string name = "refs/heads/" + branch;
  process::Captured answer;
  try {
    answer = ask_git(handle_->place(), {"ls-remote", "--quiet", "origin", name}, time_out);
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("cannot ask origin for the branch {}: {}", branch, error.what()),
                error.hints());
  }
  if (!answer.status.succeeded()) {
    throw Error(ErrorKind::environment,
                fmt::format("cannot ask origin for the branch {}: {}", branch, first_complaint(answer.err)),
                {"git ls-remote origin shows the same"});
  }
  // `ID TAB NAME` lines. git matches the end of names: another one may end in the same words.
  std::string_view rest = answer.out;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    const std::size_t tab = std::min(line.find('\t'), line.size());
    if (line.substr(std::min(tab + 1, line.size())) == name) return CommitId(line.substr(0, tab));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  return std::nullopt;
}

}  // namespace statelane::repo
