#include "comparison/collisions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.hpp"

namespace statelane::comparison {

namespace {

/// Everything that the request changes is in the target as the request has it: it was merged, maybe squashed.
bool is_contained(const repo::ChangeSet& changes, const repo::Tree& target) {
  return std::ranges::all_of(
      changes, [&](const repo::FileChange& change) { return target.content_id(change.path) == change.after; });
}

/// What a request has left to merge; empty when nothing.
repo::ChangeSet find_changes(const repo::Repository& repository, const OtherRequest& request,
                             const repo::CommitId& target) {
  if (repository.is_ancestor(request.head, target)) return {};
  const auto left = repository.merge_base(request.head, target);
  const auto before = left ? repository.commit_tree(*left) : nullptr;
  const auto after = repository.commit_tree(request.head);
  repo::ChangeSet changes = repo::diff_trees(before.get(), after.get());
  return is_contained(changes, *repository.commit_tree(target)) ? repo::ChangeSet() : changes;
}

std::map<std::string, RepoPath> find_touched(const states::StateGraph& graph, const std::set<std::string>& affected,
                                             const repo::ChangeSet& changes) {
  std::map<std::string, RepoPath> result;
  for (const repo::FileChange& change : changes) {
    for (const states::Claim& claim : graph.claims(change.path)) {
      const std::string& id = graph.states()[claim.state].id;
      if (affected.contains(id)) result.emplace(id, change.path);
    }
  }
  return result;
}

}  // namespace

Collisions find_collisions(const repo::Repository& repository, const Comparison& comparison,
                           const std::vector<OtherRequest>& requests, const repo::CommitId& target) {
  std::set<std::string> affected;
  for (const impact::Affected& state : comparison.impact.affected) affected.insert(state.id);
  Collisions result;
  for (const OtherRequest& request : requests) {
    if (comparison.ends.head == request.head) continue;
    try {
      const repo::ChangeSet changes = find_changes(repository, request, target);
      if (changes.empty()) continue;
      ++result.looked;
      auto states = find_touched(comparison.head.states.graph, affected, changes);
      if (!states.empty()) result.found.push_back({request.name, std::move(states)});
    } catch (const Error& error) {
      result.remarks.push_back(fmt::format("{} was not looked at: {}", request.name, error.what()));
    }
  }
  return result;
}

}  // namespace statelane::comparison
