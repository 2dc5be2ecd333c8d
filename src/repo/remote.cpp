#include <fmt/format.h>
#include <git2.h>

#include <algorithm>
#include <iterator>

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

/// What `first_complaint` says where the server lacks what was asked for.
constexpr const char* not_theirs = "origin does not have it";

/// In a full clone a depth would make it a shallow one.
Fetched fetch_objects(const GitPlace& place, const std::vector<CommitId>& commits, bool is_shallow,
                      std::chrono::seconds time_out) {
  std::vector<std::string> arguments = {"origin"};
  if (is_shallow) arguments.insert(arguments.begin(), "--depth=1");
  arguments.insert(arguments.end(), commits.begin(), commits.end());
  return fetch(place, std::move(arguments), time_out);
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

std::map<CommitId, std::string> Repository::fetch_commits(const std::vector<CommitId>& commits,
                                                          std::chrono::seconds time_out) const {
  std::map<CommitId, std::string> failed;
  const auto deadline = std::chrono::steady_clock::now() + time_out;
  std::vector<std::vector<CommitId>> open;
  for (const CommitId& commit : commits) {
    if (parse_object_id(commit).is_zero()) {
      failed[commit] = "it is no commit id";
    } else if (!find_commit(commit)) {
      // As many as a command line carries.
      if (open.empty() || open.back().size() == 500) open.emplace_back();
      open.back().push_back(commit);
    }
  }
  while (!open.empty()) {
    const std::vector<CommitId> batch = std::move(open.back());
    open.pop_back();
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(deadline - std::chrono::steady_clock::now());
    const Fetched fetched = left.count() <= 0 ? Fetched{false, "the time is over"}
                                              : fetch_objects(handle_->place(), batch, is_shallow(), left);
    handle_->objects->refresh();
    std::vector<CommitId> missing;
    std::copy_if(batch.begin(), batch.end(), std::back_inserter(missing),
                 [&](const CommitId& commit) { return !find_commit(commit); });
    // git refuses all where the server lacks one. Where it refuses each, as when it cannot be reached, halves are many.
    const bool may_split = batch.size() > 1 && fetched.why_not == not_theirs;
    if (!may_split) {
      for (const CommitId& commit : missing) failed[commit] = fetched ? "it is no commit" : fetched.why_not;
      continue;
    }
    const auto middle = missing.begin() + static_cast<std::ptrdiff_t>(missing.size() / 2);
    for (const std::vector<CommitId>& half : {std::vector(missing.begin(), middle), std::vector(middle, missing.end())})
      if (!half.empty()) open.push_back(half);
  }
  return failed;
}

std::string Repository::remote_address() const {
  return trim_end(try_git(handle_->place(), {"remote", "get-url", "origin"}).value_or(""));
}

std::vector<std::string> Repository::remote_addresses() const {
  std::vector<std::string> result;
  git_config* raw = nullptr;
  if (handle_->library == nullptr || git_repository_config_snapshot(&raw, handle_->library.get()) != 0) return result;
  const auto take = [](const git_config_entry* entry, void* addresses) {
    const std::string_view key = entry->name;
    if (key.starts_with("remote.") && key.ends_with(".url") && entry->value != nullptr)
      static_cast<std::vector<std::string>*>(addresses)->emplace_back(entry->value);
    return 0;
  };
  git_config_foreach(raw, take, &result);
  git_config_free(raw);
  std::sort(result.begin(), result.end());
  return result;
}

bool Repository::has_tag(const std::string& name) const { return find_commit("refs/tags/" + name).has_value(); }

bool Repository::has_branch(const std::string& name) const {
  return find_commit("refs/heads/" + name).has_value() || find_commit("refs/remotes/origin/" + name).has_value();
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
  return fetch_refs({"refs/heads/" + branch}, time_out);
}

bool Repository::fetch_refs(const std::vector<std::string>& names, std::chrono::seconds time_out) const {
  std::vector<std::string> words = {
      "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no", "--no-auto-maintenance",
      "origin"};
  words.insert(words.end(), names.begin(), names.end());
  const auto answer = try_git(handle_->place(), words, time_out);
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
