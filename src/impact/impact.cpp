#include "impact/impact.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace statelane::impact {

namespace {

using states::Claim;
using states::Input;
using states::InputKind;
using states::State;
using states::StateGraph;

/// A diamond of modules has as many chains as ways through it; past this many for one state and path the rest says
/// nothing new.
constexpr std::size_t most_chains = 32;

CauseKind cause_of(InputKind kind) {
  switch (kind) {
    case InputKind::own_directory: return CauseKind::own_file;
    case InputKind::module_directory: return CauseKind::module_changed;
    case InputKind::variable_file: return CauseKind::variable_file_changed;
    case InputKind::backend_file: return CauseKind::backend_file_changed;
    case InputKind::lock_file: return CauseKind::lock_file_changed;
    case InputKind::version_pin: return CauseKind::version_pin_changed;
    case InputKind::configured: return CauseKind::input_configured;
    case InputKind::link: return CauseKind::link_changed;
    case InputKind::data_directory:
    case InputKind::file:
    case InputKind::pattern: return CauseKind::reference_changed;
  }
  return CauseKind::reference_changed;
}

/// All chains from a claimed path to its state.
class ChainBuilder {
 public:
  ChainBuilder(const State& state, std::set<Cause>& causes) : state_(state), causes_(causes) {}

  void add(const RepoPath& path, std::uint32_t input) {
    added_ = 0;
    visiting_.assign(state_.inputs.size(), false);
    Cause chain = {{CauseKind::file_changed, path, std::nullopt, std::nullopt}};
    climb(input, chain);
  }

 private:
  void climb(std::uint32_t index, Cause& chain) {
    if (visiting_[index] || added_ >= most_chains) return;
    visiting_[index] = true;
    const Input& input = state_.inputs[index];
    for (const states::Reach& reach : input.reached) {
      CauseStep step{cause_of(input.kind), reach.place.file, std::nullopt, std::nullopt};
      if (input.kind == InputKind::own_directory) step.path = input.path;
      if (reach.place.line != 0) step.line = reach.place.line;
      chain.push_back(step);
      if (reach.via) {
        climb(*reach.via, chain);
      } else if (added_ < most_chains) {
        causes_.insert(chain);
        ++added_;
      }
      chain.pop_back();
    }
    visiting_[index] = false;
  }

  const State& state_;
  std::set<Cause>& causes_;
  std::vector<bool> visiting_;
  std::size_t added_ = 0;
};

/// The state reads the path only as configuration, so that its tokens are all that matters.
bool reads_as_configuration(const Input& input, const RepoPath& path) {
  switch (input.kind) {
    case InputKind::own_directory:
    case InputKind::module_directory: return path.parent() == input.path && states::is_infrastructure_name(path.name());
    case InputKind::variable_file:
    case InputKind::backend_file:
    case InputKind::lock_file: return true;
    default: return false;
  }
}

/// What one side's claims say about each state.
struct Touched {
  std::map<std::string, std::set<Cause>> causes;
  std::map<std::string, std::set<RepoPath>> without_effect;
};

void collect(const StateGraph& graph, const repo::ChangeSet& changes, const std::unordered_set<RepoPath>& format_only,
             Touched& touched) {
  for (const repo::FileChange& change : changes) {
    const std::vector<Claim> claims = graph.claims(change.path);
    for (std::size_t begin = 0; begin < claims.size();) {
      const State& state = graph.states()[claims[begin].state];
      std::size_t end = begin;
      bool as_configuration = format_only.contains(change.path);
      for (; end < claims.size() && claims[end].state == claims[begin].state; ++end) {
        as_configuration = as_configuration && reads_as_configuration(state.inputs[claims[end].input], change.path);
      }
      if (as_configuration) {
        touched.without_effect[state.id].insert(change.path);
      } else {
        ChainBuilder builder(state, touched.causes[state.id]);
        for (std::size_t index = begin; index < end; ++index) builder.add(change.path, claims[index].input);
      }
      begin = end;
    }
  }
}

/// What of the configuration takes part in a plan. Edges and gates shape the pipeline only.
bool same_lane(const State& base, const State& head) {
  const config::Settings& before = base.settings;
  const config::Settings& after = head.settings;
  return base.kind == head.kind && base.tool == head.tool && base.workspace == head.workspace &&
         base.gitlab_state == head.gitlab_state && base.var_files == head.var_files &&
         base.backend_files == head.backend_files && before.job == after.job && before.commands == after.commands;
}

/// The state of base whose identity `state` took over under another id; null when there is none.
const State* find_origin(const State& state, const StateGraph& base, const StateGraph& head) {
  if (!state.backend || !state.backend->is_complete()) return nullptr;
  for (const State& candidate : base.states()) {
    if (candidate.backend == state.backend && !head.find(candidate.id)) return &candidate;
  }
  return nullptr;
}

Cause configuration_cause() {
  return {{CauseKind::configuration_changed, RepoPath::of(config::file_name), std::nullopt, std::nullopt}};
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

void add_head_states(const StateGraph& base, const StateGraph& head, Touched& touched,
                     std::set<std::string>& moved_away, Impact& impact) {
  for (const State& state : head.states()) {
    auto& causes = touched.causes[state.id];
    const auto before = base.find(state.id);
    if (before) {
      if (!same_lane(base.states()[*before], state)) causes.insert(configuration_cause());
      if (!causes.empty()) impact.affected.push_back({state.id, Change::modified, "", to_causes(causes)});
      continue;
    }
    const State* origin = find_origin(state, base, head);
    if (origin != nullptr) moved_away.insert(origin->id);
    impact.affected.push_back({state.id, origin != nullptr ? Change::moved : Change::added,
                               origin != nullptr ? origin->id : "", to_causes(causes)});
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
    if (seen[index] && impact.find(id) == nullptr && !skipped.contains(id)) impact.dependents.push_back(id);
  }
}

void add_unclaimed(const StateGraph& base, const StateGraph& head, const repo::ChangeSet& changes, Impact& impact) {
  for (const repo::FileChange& change : changes) {
    const bool is_infrastructure = base.is_infrastructure(change.path) || head.is_infrastructure(change.path);
    if (is_infrastructure && base.claims(change.path).empty() && head.claims(change.path).empty()) {
      impact.unclaimed.push_back(change.path);
    }
  }
}

}  // namespace

const Affected* Impact::find(const std::string& id) const {
  const auto found =
      std::lower_bound(affected.begin(), affected.end(), id,
                       [](const Affected& entry, const std::string& wanted) { return entry.id < wanted; });
  return found != affected.end() && found->id == id ? &*found : nullptr;
}

Impact find_affected(const StateGraph& base, const StateGraph& head, const repo::ChangeSet& changes,
                     const std::unordered_set<RepoPath>& format_only) {
  Touched touched;
  collect(base, changes, format_only, touched);
  collect(head, changes, format_only, touched);

  Impact impact;
  std::set<std::string> moved_away;
  add_head_states(base, head, touched, moved_away, impact);
  for (const State& state : base.states()) {
    if (head.find(state.id) || moved_away.contains(state.id)) continue;
    impact.affected.push_back({state.id, departure(state, head), "", to_causes(touched.causes[state.id])});
  }
  std::sort(impact.affected.begin(), impact.affected.end(),
            [](const Affected& left, const Affected& right) { return left.id < right.id; });
  // Beyond this point the set of affected states is fixed.
  add_skipped(head, touched, impact);
  add_dependents(head, impact);
  add_unclaimed(base, head, changes, impact);
  return impact;
}

}  // namespace statelane::impact
