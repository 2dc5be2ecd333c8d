#include "comparison/change_of_states.hpp"

#include <algorithm>

#include "comparison/format_only.hpp"
#include "config/limits.hpp"
#include "impact/touched.hpp"
#include "states/same_states.hpp"

namespace statelane::comparison {

namespace {

using impact::Affected;
using impact::Side;
using impact::Touched;
using states::State;

bool is_plain(repo::EntryKind kind) { return kind == repo::EntryKind::file || kind == repo::EntryKind::executable; }

/// What any state may hang on: only both trees loaded tell what it does.
bool is_far_reaching(const repo::FileChange& change) {
  const std::string_view name = change.path.name();
  const bool is_file = (change.kind == repo::ChangeKind::added || is_plain(change.before_kind)) &&
                       (change.kind == repo::ChangeKind::deleted || is_plain(change.after_kind));
  return !is_file || change.path == RepoPath::of(config::file_name) || name == ".gitattributes" ||
         name.find("terragrunt") != std::string_view::npos;
}

bool has_units(const states::StateGraph& graph) {
  return std::any_of(graph.states().begin(), graph.states().end(),
                     [](const State& state) { return state.kind == states::StateKind::terragrunt || state.copied; });
}

std::vector<ChangedPath> to_paths(const repo::ChangeSet& changes) {
  std::vector<ChangedPath> paths;
  paths.reserve(changes.size());
  for (const repo::FileChange& change : changes) paths.push_back({change.path, change.kind});
  return paths;
}

/// Those that a wanted state has a claim to.
repo::ChangeSet find_claimed(const states::StateGraph& graph, const repo::ChangeSet& changes,
                             const std::set<std::string>& wanted) {
  repo::ChangeSet claimed;
  for (const repo::FileChange& change : changes) {
    const std::vector<states::Claim> claims = graph.claims(change.path);
    const bool is_claimed = std::any_of(claims.begin(), claims.end(), [&](const states::Claim& claim) {
      return wanted.contains(graph.states()[claim.state].id);
    });
    if (is_claimed) claimed.push_back(change);
  }
  return claimed;
}

std::optional<Affected> to_affected(const std::string& id, const Touched& touched) {
  const auto found = touched.causes.find(id);
  if (found == touched.causes.end() || found->second.empty()) return std::nullopt;
  return Affected{id, impact::Change::modified, "", {found->second.begin(), found->second.end()}};
}

}  // namespace

std::map<std::string, std::optional<Affected>> find_changes_of_states(const repo::Tree& base, const LoadedTree& head,
                                                                      const repo::ChangeSet& changes,
                                                                      const std::set<std::string>& wanted,
                                                                      bool ignore_format, facts::FactStore& facts) {
  std::map<std::string, std::optional<Affected>> result;
  const states::StateGraph& graph = head.states.graph;
  if (std::any_of(changes.begin(), changes.end(), is_far_reaching) || has_units(graph)) return result;
  const std::vector<ChangedPath> paths = to_paths(changes);
  states::SameStates same(head.states, base, paths, facts);
  const repo::ChangeSet claimed = find_claimed(graph, changes, wanted);
  const auto format_only =
      ignore_format ? find_format_only(&base, *head.tree, claimed, facts) : std::unordered_set<RepoPath>();
  const impact::Difference difference{claimed, format_only, {}, nullptr};
  Touched touched;
  impact::add_touched(graph, graph, Side::head, difference, touched, &wanted);
  const Touched in_head = touched;
  // What claims a path of head claims what was there before, too.
  impact::add_touched(graph, graph, Side::base, difference, touched, &wanted);
  for (const std::string& id : wanted) {
    const auto index = graph.find(id);
    if (!index) continue;
    const bool is_touched = to_affected(id, in_head).has_value();
    // Whatever it read before, it reads something now that differs.
    if (is_touched ? same.is_there(*index) : same.is_same(*index)) result.emplace(id, to_affected(id, touched));
  }
  return result;
}

}  // namespace statelane::comparison
