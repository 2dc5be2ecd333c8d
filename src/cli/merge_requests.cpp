#include "cli/merge_requests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "applied/merge_requests.hpp"
#include "base/error.hpp"
#include "base/escape.hpp"
#include "cli/network.hpp"
#include "cli/read_ledger.hpp"
#include "http/client.hpp"

namespace statelane::cli {

namespace {

using comparison::Collisions;
using comparison::OtherRequest;

constexpr std::size_t most_heads = 50;

using Heads = std::map<std::uint64_t, repo::CommitId, std::greater<>>;  ///< the newest first

/// `refs/merge-requests/N/head`, by N.
Heads read_heads(const repo::Repository& repository, std::chrono::seconds time_out) {
  constexpr std::string_view start = "refs/merge-requests/";
  Heads heads;
  for (const auto& [name, commit] : repository.remote_refs({std::string(start)}, time_out)) {
    std::uint64_t number = 0;
    const char* begin = name.data() + start.size();
    const auto [end, fault] = std::from_chars(begin, name.data() + name.size(), number);
    if (fault == std::errc() && std::string_view(end, name.data() + name.size()) == "/head") heads[number] = commit;
  }
  return heads;
}

/// Empty where GitLab cannot be asked, or does not say.
std::optional<std::set<std::uint64_t>> read_open(const repo::Repository& repository, const Options& options) {
  const ApiChoice choice = choose_api(repository);
  if (!choice.place) return std::nullopt;
  http::Client client(read_network());
  applied::Api api(*choice.place, applied::open_world(client), options.ledger_timeout);
  return applied::find_open_merge_requests(api);
}

void keep_open_ones(const std::optional<std::set<std::uint64_t>>& open, Heads& heads, Collisions& result) {
  if (open) {
    std::erase_if(heads, [&](const auto& head) { return !open->contains(head.first); });
  } else if (!heads.empty()) {
    result.remarks.emplace_back(
        "which merge requests are open was not asked (STATELANE_TOKEN): closed ones may be among those named");
  }
}

void keep_newest(Heads& heads, Collisions& result) {
  if (heads.size() <= most_heads) return;
  const auto end = std::next(heads.begin(), most_heads);
  result.remarks.push_back(fmt::format("{} merge requests older than !{} were not looked at",
                                       std::distance(end, heads.end()), std::prev(end)->first));
  heads.erase(end, heads.end());
}

/// Gets what is not here.
void fetch(const repo::Repository& repository, const Heads& heads, std::chrono::seconds time_out) {
  std::vector<std::string> absent;
  for (const auto& [number, commit] : heads)
    if (!repository.find_commit(commit)) absent.push_back(fmt::format("refs/merge-requests/{}/head", number));
  if (!absent.empty()) repository.fetch_refs(absent, time_out);
}

/// Where merge requests go: the branch that origin has.
std::optional<repo::CommitId> find_target(const repo::Repository& repository) {
  const std::string branch = find_default_branch(repository);
  const auto remote = repository.find_commit("refs/remotes/origin/" + branch);
  return remote ? remote : repository.find_commit(branch);
}

}  // namespace

Collisions look_at_merge_requests(const repo::Repository& repository, const Comparison& comparison,
                                  const Options& options) {
  Collisions result;
  const auto time_out = std::chrono::ceil<std::chrono::seconds>(options.fetch_timeout);
  try {
    const auto target = find_target(repository);
    if (!target) throw Error(ErrorKind::environment, "the default branch is not here");
    Heads heads = read_heads(repository, time_out);
    const std::string own(gitlab::value_of(read_predefined_variables(), "CI_MERGE_REQUEST_IID"));
    std::erase_if(heads, [&](const auto& head) { return fmt::to_string(head.first) == own; });
    // What is merged needs no network.
    std::erase_if(heads, [&](const auto& head) {
      return repository.find_commit(head.second) && repository.is_ancestor(head.second, *target);
    });
    if (!heads.empty()) keep_open_ones(read_open(repository, options), heads, result);
    keep_newest(heads, result);
    fetch(repository, heads, time_out);
    std::vector<OtherRequest> requests;
    for (const auto& [number, commit] : heads) requests.push_back({fmt::format("!{}", number), commit});
    Collisions found = comparison::find_collisions(repository, comparison, requests, *target);
    found.remarks.insert(found.remarks.begin(), result.remarks.begin(), result.remarks.end());
    return found;
  } catch (const Error& error) {
    result.was_looked = false;
    result.remarks.push_back(fmt::format("other merge requests were not looked at: {}", error.what()));
  }
  return result;
}

void write_remarks(const Collisions& collisions) {
  for (const std::string& remark : collisions.remarks)
    fmt::print(stderr, "statelane: note: {}\n", escape_for_terminal(remark));
}

}  // namespace statelane::cli
