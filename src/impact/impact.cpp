#include "impact/impact.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "impact/moves.hpp"
#include "impact/successors.hpp"
#include "impact/touched.hpp"

namespace statelane::impact {

namespace {

using states::State;
using states::StateGraph;

/// What of the configuration takes part in a plan. Edges and gates shape the pipeline only.
bool same_lane(const State& base, const State& head) {
  const config::Settings& before = base.settings;
  const config::Settings& after = head.settings;
  return base.kind == head.kind && base.tool == head.tool && base.workspace == head.workspace &&
         base.gitlab_state == head.gitlab_state && base.var_files == head.var_files &&
         base.backend_config == head.backend_config && base.variables == head.variables && before.job == after.job &&
         before.commands == after.commands;
}

Cause configuration_cause() {
  return {{CauseKind::configuration_changed, RepoPath::of(config::file_name), std::nullopt, std::nullopt}};
}

/// What Terragrunt evaluates says something else.
bool is_run_otherwise(const State& base, const State& head) {
  return base.copied && head.copied && base.copied->run != head.copied->run;
}

Cause unit_cause(const State& state) {
  return {{CauseKind::configuration_changed, state.reason_place.file, std::nullopt, std::nullopt}};
}

/// A state of base that head does not have: its files are gone, or it stopped being a state.
Change departure(const State& state, const StateGraph& head) {
  const auto successors = head.states_in(state.directory);
  const bool instance_left =
      state.instance && std::any_of(successors.begin(), successors.end(),
                                    [&](std::uint32_t index) { return head.states()[index].instance.has_value(); });
  if (instance_left) return Change::deleted;
  return head.has_configuration(state.directory) ? Change::retired : Change::deleted;
}

std::vector<Cause> to_causes(std::set<Cause> causes) {
  if (causes.empty()) causes.insert(configuration_cause());
  return {causes.begin(), causes.end()};
}

/// Head's states that are in base too.
void add_kept_states(const StateGraph& base, const StateGraph& head, const std::set<std::string>& regrouped,
                     Touched& touched, Impact& impact) {
  for (const State& state : head.states()) {
    const auto before = base.find(state.id);
    if (!before) continue;
    auto& causes = touched.causes[state.id];
    const bool is_other_lane = !same_lane(base.states()[*before], state);
    if (is_other_lane || (causes.empty() && regrouped.contains(state.id))) causes.insert(configuration_cause());
    if (causes.empty() && is_run_otherwise(base.states()[*before], state)) causes.insert(unit_cause(state));
    if (!causes.empty()) impact.affected.push_back({state.id, Change::modified, "", to_causes(causes)});
  }
}

/// Head's states that base does not have, and base's that head does not have.
void add_changed_states(const StateGraph& base, const StateGraph& head, const repo::ChangeSet& changes,
                        Touched& touched, Impact& impact) {
  const auto moves = find_moves(base, head);
  const auto orphaning = find_orphaning_moves(base, head, changes, moves);
  const auto origin_in = [](const std::map<std::string, std::string>& origins, const std::string& id) {
    const auto found = origins.find(id);
    return found == origins.end() ? std::string() : found->second;
  };
  std::set<std::string> moved_away;
  for (const State& state : head.states()) {
    if (base.find(state.id)) continue;
    const std::string from = origin_in(moves, state.id);
    if (!from.empty()) moved_away.insert(from);
    impact.affected.push_back({state.id, from.empty() ? Change::added : Change::moved, from,
                               to_causes(touched.causes[state.id]), origin_in(orphaning, state.id)});
  }
  for (const State& state : base.states()) {
    if (head.find(state.id) || moved_away.contains(state.id)) continue;
    impact.affected.push_back({state.id, departure(state, head), "", to_causes(touched.causes[state.id])});
  }
}

void add_skipped(const StateGraph& head, const Touched& touched, Impact& impact) {
  for (const auto& [id, paths] : touched.without_effect) {
    if (impact.find(id) == nullptr && head.find(id)) impact.skipped.push_back({id, {paths.begin(), paths.end()}});
  }
}

/// States that depend on affected ones, directly or through others.
void add_dependents(const StateGraph& head, Impact& impact) {
  std::vector<bool> seen(head.states().size(), false);
  std::vector<std::uint32_t> queue;
  for (const Affected& affected : impact.affected) {
    if (const auto index = head.find(affected.id)) queue.push_back(*index);
  }
  for (std::size_t position = 0; position < queue.size(); ++position) {
    for (const std::uint32_t dependent : head.dependents(queue[position])) {
      if (seen[dependent]) continue;
      seen[dependent] = true;
      queue.push_back(dependent);
    }
  }
  std::set<std::string> skipped;
  for (const Skipped& entry : impact.skipped) skipped.insert(entry.id);
  for (std::uint32_t index = 0; index < seen.size(); ++index) {
    const std::string& id = head.states()[index].id;
    if (!seen[index] || impact.find(id) != nullptr) continue;
    // A unit reads its upstream's configuration: that what it reads has no effect there says nothing of the outputs.
    const bool is_unit = head.states()[index].copied.has_value();
    if (is_unit) std::erase_if(impact.skipped, [&](const Skipped& entry) { return entry.id == id; });
    if (is_unit || !skipped.contains(id)) impact.dependents.push_back(id);
  }
}

}  // namespace

void set_dependents(const StateGraph& head, Impact& impact) {
  impact.dependents.clear();
  add_dependents(head, impact);
}

namespace {

void add_unclaimed(const StateGraph& base, const StateGraph& head, const repo::ChangeSet& changes, Impact& impact) {
  for (const repo::FileChange& change : changes) {
    // What lies in a submodule cannot be seen here: it may hold states.
    const bool is_submodule =
        change.before_kind == repo::EntryKind::submodule || change.after_kind == repo::EntryKind::submodule;
    const bool is_ignored = head.is_ignored(change.path);
    const bool is_infrastructure =
        base.is_infrastructure(change.path) || head.is_infrastructure(change.path) || (is_submodule && !is_ignored);
    if (is_infrastructure && !base.is_claimed(change.path) && !head.is_claimed(change.path)) {
      impact.unclaimed.push_back(change.path);
    }
  }
  std::sort(impact.unclaimed.begin(), impact.unclaimed.end());
}

}  // namespace

const Affected* Impact::find(const std::string& id) const {
  const auto found =
      std::lower_bound(affected.begin(), affected.end(), id,
                       [](const Affected& entry, const std::string& wanted) { return entry.id < wanted; });
  return found != affected.end() && found->id == id ? &*found : nullptr;
}

Impact find_affected(const StateGraph& base, const StateGraph& head, const Difference& difference) {
  Touched touched;
  add_touched(base, head, Side::base, difference, touched);
  add_touched(head, base, Side::head, difference, touched);

  const repo::ChangeSet& files = difference.with_alike_files ? *difference.with_alike_files : difference.changes;
  Impact impact;
  add_kept_states(base, head, difference.regrouped, touched, impact);
  add_changed_states(base, head, files, touched, impact);
  std::sort(impact.affected.begin(), impact.affected.end(),
            [](const Affected& left, const Affected& right) { return left.id < right.id; });
  // Beyond this point the set of affected states is fixed.
  add_skipped(head, touched, impact);
  add_dependents(head, impact);
  add_unclaimed(base, head, difference.changes, impact);
  impact.successors = find_successors(impact, base, head, files);
  return impact;
}

}  // namespace statelane::impact
