#include "comparison/reach_commits.hpp"

#include <fmt/format.h>

#include <array>

#include "base/error.hpp"

namespace statelane::comparison {

namespace {

/// How much further each step goes; 0 is all that there is.
constexpr std::array<unsigned, 4> deeper = {50, 250, 1250, 0};

bool is_commit_id(std::string_view revision) {
  return (revision.size() == 40 || revision.size() == 64) &&
         revision.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

}  // namespace

template <typename Question>
auto CommitReach::ask_deeper(const std::vector<repo::CommitId>& commits, const Question& question) const {
  for (const unsigned count : deeper) {
    try {
      return question();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::environment || !repository_.is_shallow()) throw;
      const repo::Fetched fetched = repository_.deepen(commits, count, time_out_);
      if (!fetched)
        throw Error(error.kind(), fmt::format("{}, and cannot be fetched: {}", error.what(), fetched.why_not),
                    fetched.hints.empty() ? error.hints() : fetched.hints);
    }
  }
  return question();
}

Reached CommitReach::find(const std::string& revision) const {
  Reached result{repository_.find_commit(revision), ""};
  if (result.commit) return result;
  if (!is_commit_id(revision)) return {std::nullopt, fmt::format("{} is not in this clone", revision)};
  const repo::Fetched fetched = repository_.fetch_commit(revision, time_out_);
  if (!fetched)
    return {std::nullopt, fmt::format("{} is not in this clone and cannot be fetched: {}", revision, fetched.why_not),
            fetched.hints};
  return {repository_.find_commit(revision), ""};
}

repo::CommitId CommitReach::resolve(const std::string& revision) const {
  if (is_commit_id(revision)) {
    if (auto reached = find(revision); reached.commit) return *std::move(reached.commit);
  }
  return repository_.resolve(revision);
}

Reached CommitReach::find_branch(std::string_view name) const {
  std::vector<std::string> names = {"refs/remotes/origin/HEAD", "refs/remotes/origin/main",
                                    "refs/remotes/origin/master", "refs/heads/main", "refs/heads/master"};
  if (!name.empty()) names = {fmt::format("refs/remotes/origin/{}", name), fmt::format("refs/heads/{}", name)};
  for (const std::string& candidate : names) {
    if (auto commit = repository_.find_commit(candidate)) return {std::move(commit), ""};
  }
  if (name.empty())
    return {std::nullopt, "the default branch is not known", {"git remote set-head origin --auto asks origin for it"}};
  try {
    const auto tip = repository_.remote_branch_tip(std::string(name), time_out_);
    if (tip) return find(*tip);
    return {std::nullopt, fmt::format("origin has no branch {}", name)};
  } catch (const Error& error) {
    return {std::nullopt, fmt::format("the branch {} is not in this clone: {}", name, error.what()), error.hints()};
  }
}

std::optional<repo::CommitId> CommitReach::merge_base(const repo::CommitId& one, const repo::CommitId& other) const {
  return ask_deeper({one, other}, [&] { return repository_.merge_base(one, other); });
}

bool CommitReach::is_ancestor(const repo::CommitId& ancestor, const repo::CommitId& descendant) const {
  return ask_deeper({ancestor, descendant}, [&] { return repository_.is_ancestor(ancestor, descendant); });
}

std::optional<repo::CommitId> CommitReach::first_parent(const repo::CommitId& commit) const {
  return ask_deeper({commit}, [&] { return repository_.first_parent(commit); });
}

}  // namespace statelane::comparison
