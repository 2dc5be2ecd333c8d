#include "comparison/own_bases.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "comparison/find_impact.hpp"

namespace statelane::comparison {

namespace {

using impact::Affected;
using impact::Change;

std::vector<Affected>::iterator find_place(std::vector<Affected>& all, const std::string& id) {
  return std::lower_bound(all.begin(), all.end(), id,
                          [](const Affected& entry, const std::string& wanted) { return entry.id < wanted; });
}

void put(std::vector<Affected>& all, const Affected& affected) {
  const auto place = find_place(all, affected.id);
  if (place != all.end() && place->id == affected.id) {
    *place = affected;
  } else {
    all.insert(place, affected);
  }
}

void take_out(std::vector<Affected>& all, const std::string& id) {
  const auto place = find_place(all, id);
  if (place != all.end() && place->id == id) all.erase(place);
}

/// What the push says is what the ledger says: the applied commit is the one before the push.
bool has_base_of_push(const StateStanding& state, const Ends& ends) {
  const bool is_certain = state.standing == Standing::applied || state.standing == Standing::pending;
  return is_certain && state.record.applied && ends.base == state.record.applied->commit;
}

void take_state_of_head(const StateStanding& state, Comparison& comparison) {
  impact::Impact& impact = comparison.impact;
  const Affected* pushed = impact.find(state.id);
  if (has_base_of_push(state, comparison.ends) && !state.record.foreign) return;
  if (state.is_left_to_push && (pushed != nullptr || !state.affected)) return;
  // What this very push brings is no older business.
  const bool is_new = pushed != nullptr && (pushed->change == Change::added || pushed->change == Change::moved);
  if (is_new && !state.record.applied && !state.record.failed && !state.record.offered) return;
  if (state.affected) {
    put(impact.affected, *state.affected);
    std::erase_if(impact.skipped, [&](const impact::Skipped& entry) { return entry.id == state.id; });
  } else {
    take_out(impact.affected, state.id);
  }
}

/// The graph of base with the states that were left behind, and with their edges to what it has.
void add_left(const std::vector<LeftState>& left, LoadedTree& base) {
  const states::StateGraph& graph = base.states.graph;
  std::vector<states::State> all = graph.states();
  for (const LeftState& one : left) {
    if (!graph.find(one.state.id)) all.push_back(one.state);
  }
  if (all.size() == graph.states().size()) return;
  std::sort(all.begin(), all.end(), [](const auto& one, const auto& other) { return one.id < other.id; });
  std::map<std::string, std::uint32_t> index_of;
  for (std::uint32_t index = 0; index < all.size(); ++index) index_of[all[index].id] = index;
  std::vector<states::Edge> edges;
  for (const states::Edge& edge : graph.edges()) {
    edges.push_back(
        {index_of[graph.states()[edge.from].id], index_of[graph.states()[edge.to].id], edge.kind, edge.place});
  }
  const auto add = [&](const std::string& from, const std::string& to) {
    const auto begin = index_of.find(from);
    const auto end = index_of.find(to);
    if (begin == index_of.end() || end == index_of.end()) return;
    edges.push_back({begin->second, end->second, states::EdgeKind::remote_state, {}});
  };
  for (const LeftState& one : left) {
    if (graph.find(one.state.id)) continue;
    for (const std::string& other : one.dependencies) add(one.state.id, other);
    for (const std::string& other : one.dependents) add(other, one.state.id);
  }
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  base.states.graph = states::StateGraph(std::move(all), std::move(edges), {}, {});
}

bool may_open_by_itself(const LoadedTree& head, const std::string& id) {
  const auto index = head.states.graph.find(id);
  if (!index) return false;
  const auto gate = head.states.graph.states()[*index].settings.gate;
  return gate == config::Gate::automatic || gate == config::Gate::automatic_if_reviewed;
}

/// Whether something of what is pending was there before this push; asked only where a gate would not wait for a
/// person, since it takes a comparison more for each base.
void find_earlier(const repo::Repository& repository, const ComparisonRequest& request, Comparison& comparison,
                  facts::FactStore& facts) {
  std::map<repo::CommitId, std::vector<Affected*>> open;
  for (Affected& affected : comparison.impact.affected) {
    const bool is_open = affected.pending && !affected.pending->is_from_earlier && !affected.pending->base.empty();
    if (!is_open || !may_open_by_itself(comparison.head, affected.id)) continue;
    open[affected.pending->base].push_back(&affected);
  }
  for (auto& [commit, states] : open) {
    Diagnostics ignored;
    const LoadedTree base = load_tree(repository.commit_tree(commit), facts, ignored);
    const repo::ChangeSet changes = repo::diff_trees(base.tree.get(), comparison.base.tree.get());
    if (!comparison.base.tree) {
      for (Affected* affected : states) affected->pending->is_from_earlier = true;
      continue;
    }
    const impact::Impact before = find_impact(base, comparison.base, changes, request.ignore_format, facts);
    for (Affected* affected : states) affected->pending->is_from_earlier = before.find(affected->id) != nullptr;
  }
}

}  // namespace

void take_own_bases(const repo::Repository& repository, const Standings& standings, const ComparisonRequest& request,
                    Comparison& comparison, facts::FactStore& facts) {
  std::set<std::string> pushed;
  for (const Affected& affected : comparison.impact.affected) pushed.insert(affected.id);
  for (const StateStanding& state : standings.states) {
    if (state.standing != Standing::left_behind) {
      take_state_of_head(state, comparison);
    } else if (state.affected && !pushed.contains(state.id)) {
      put(comparison.impact.affected, *state.affected);
    }
  }
  find_earlier(repository, request, comparison, facts);
  add_left(standings.left, comparison.base);
  impact::set_dependents(comparison.head.states.graph, comparison.impact);
}

void note_unapplied(const Standings& standings, impact::Impact& impact) {
  for (Affected& affected : impact.affected) {
    const StateStanding* state = standings.find(affected.id);
    if (state == nullptr || !state->affected) continue;
    std::vector<std::string> names;
    for (auto position = state->commits.rbegin(); position != state->commits.rend(); ++position)
      names.push_back(name_of(standings.line.commits[*position]));
    names.erase(std::unique(names.begin(), names.end()), names.end());
    if (state->standing == Standing::failed) {
      affected.also = "what an apply that failed has left";
    } else if (!names.empty()) {
      affected.also = fmt::format("{} (merged, not applied)", fmt::join(names, ", "));
    }
  }
}

}  // namespace statelane::comparison
