#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "repo/object_id.hpp"
#include "repo/repository_handle.hpp"

namespace statelane::repo {

bool Repository::fetch_commit(const CommitId& commit, std::chrono::seconds time_out) const {
  if (parse_object_id(commit).is_zero()) return false;
  std::vector<std::string> arguments = {
      "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no", "--no-auto-maintenance"};
  // In a full clone a depth would cut the history of what is fetched, and make the clone a shallow one.
  if (is_shallow()) arguments.emplace_back("--depth=1");
  arguments.insert(arguments.end(), {"origin", commit});
  try_git(handle_->place(), std::move(arguments), time_out);
  handle_->objects->refresh();
  return find_commit(commit).has_value();
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
