#include "comparison/standings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "comparison/change_of_states.hpp"
#include "comparison/find_impact.hpp"
#include "gitlab/branches.hpp"
#include "gitlab/names.hpp"

namespace statelane::comparison {

namespace {

using applied::Record;
using impact::Affected;
using impact::CauseKind;
using impact::Change;

/// Of refs that no state of head has: each distinct commit is a tree to read.
constexpr std::size_t most_strange_commits = 50;

std::string short_id(const repo::CommitId& commit) { return commit.substr(0, 12); }

impact::Cause cause_of(CauseKind kind) { return {{kind, std::nullopt, std::nullopt, std::nullopt}}; }

bool has_left(const Affected& affected) {
  return affected.change == Change::deleted || affected.change == Change::retired;
}

class Finder {
 public:
  Finder(const repo::Repository& repository, const LoadedTree& head, const repo::CommitId& commit,
         const applied::Ledger& ledger, const StandingRequest& request, facts::FactStore& facts)
      : repository_(repository), head_(head), commit_(commit), ledger_(ledger), request_(request), facts_(facts) {}

  Standings find() {
    begin();
    reach_commits();
    for (const auto& [base, uses] : uses_) compare(base, uses);
    settle_without_record();
    read_line();
    std::sort(result_.states.begin(), result_.states.end(),
              [](const StateStanding& left, const StateStanding& right) { return left.id < right.id; });
    return std::move(result_);
  }

 private:
  /// What a commit is compared for.
  struct Use {
    enum class Kind { applied, foreign, left, first } kind = Kind::applied;
    std::size_t position = 0;  ///< of the standing; of the left state in the ledger
  };

  bool is_wanted(const std::string& id) const { return !request_.only || request_.only->contains(id); }

  void begin() {
    for (const states::State& state : head_.states.graph.states()) {
      const Record* record = ledger_.find(state.id);
      if (record == nullptr || !is_wanted(state.id)) continue;
      result_.states.push_back({state.id, Standing::unknown, *record});
      begin(result_.states.back(), result_.states.size() - 1);
    }
    if (!request_.only) begin_left();
    if (has_gaps_ && ledger_.first) use(ledger_.first->commit, {Use::Kind::first, 0});
  }

  void begin(StateStanding& state, std::size_t position) {
    const Record& record = state.record;
    if (!record.why_unknown.empty()) {
      state.text = record.why_unknown;
      state.is_left_to_push = true;
      return;
    }
    const bool has_base = record.applied && !record.is_stopped;
    if (has_base) {
      state.standing = Standing::applied;
      use(record.applied->commit, {Use::Kind::applied, position});
    } else {
      has_gaps_ = true;
    }
    // What another branch deployed that is none of ours to apply from stands in the world now.
    if (record.foreign && !is_from_apply_branch(state)) use(record.foreign->commit, {Use::Kind::foreign, position});
  }

  /// A job of an apply branch that is not the state's own: whatever it was, it is no other branch's configuration.
  bool is_from_apply_branch(const StateStanding& state) const {
    const auto index = head_.states.graph.find(state.id);
    const auto branches =
        gitlab::apply_branches(head_.states.graph.states()[*index].settings.apply_branches, request_.branch);
    return gitlab::is_apply_branch(branches, state.record.foreign->branch);
  }

  void begin_left() {
    std::set<repo::CommitId> strange;
    for (std::size_t position = 0; position < ledger_.left.size(); ++position) {
      const applied::Left& left = ledger_.left[position];
      const repo::CommitId& base = left.record.applied->commit;
      const bool is_named = !left.id.empty();
      if (is_named && head_.states.graph.find(left.id)) continue;
      if (!is_named && !uses_.contains(base) && !strange.contains(base)) {
        if (strange.size() == most_strange_commits) continue;
        strange.insert(base);
      }
      use(base, {Use::Kind::left, position});
    }
  }

  void use(const repo::CommitId& commit, Use use) { uses_[commit].push_back(use); }

  void reach_commits() {
    std::vector<repo::CommitId> wanted;
    for (const auto& [commit, uses] : uses_) wanted.push_back(commit);
    unreachable_ = repository_.fetch_commits(wanted, std::chrono::ceil<std::chrono::seconds>(request_.fetch_timeout));
  }

  void compare(const repo::CommitId& commit, const std::vector<Use>& uses) {
    if (const auto why = unreachable_.find(commit); why != unreachable_.end())
      return give_up(commit, why->second, uses);
    if (commit == commit_) return settle_equal(uses);
    try {
      std::unique_ptr<repo::Tree> tree = repository_.commit_tree(commit);
      const repo::ChangeSet changes = repo::diff_trees(tree.get(), head_.tree.get());
      const std::vector<Use> open = settle_in_place(*tree, changes, commit, uses);
      if (open.empty()) return;
      facts_.records().keep_in_memory();
      Diagnostics ignored;  // what was wrong in files of old is nobody's concern now
      const LoadedTree base = load_tree(std::move(tree), facts_, ignored);
      const impact::Impact impact = find_impact(base, head_, changes, request_.ignore_format, facts_);
      for (const Use& one : open) settle(one, commit, base, impact);
    } catch (const Error& error) {
      give_up(commit, error.what(), uses);
    }
  }

  /// Settles what can be told from head's states and the difference alone; the rest is left.
  std::vector<Use> settle_in_place(const repo::Tree& base, const repo::ChangeSet& changes, const repo::CommitId& commit,
                                   const std::vector<Use>& uses) {
    std::set<std::string> wanted;
    for (const Use& one : uses) {
      if (has_state(one)) wanted.insert(result_.states[one.position].id);
    }
    const auto found = find_changes_of_states(base, head_, changes, wanted, request_.ignore_format, facts_);
    std::vector<Use> open;
    for (const Use& one : uses) {
      const auto change = has_state(one) ? found.find(result_.states[one.position].id) : found.end();
      if (change == found.end()) {
        open.push_back(one);
      } else {
        settle_state(one, commit, change->second ? &*change->second : nullptr);
      }
    }
    return open;
  }

  /// It is about a state of head.
  static bool has_state(const Use& use) { return use.kind == Use::Kind::applied || use.kind == Use::Kind::foreign; }

  void settle_state(const Use& use, const repo::CommitId& commit, const Affected* affected) {
    StateStanding& state = result_.states[use.position];
    if (use.kind == Use::Kind::applied) return settle_applied(state, commit, affected);
    settle_foreign(state, commit, affected);
  }

  void settle_equal(const std::vector<Use>& uses) {
    for (const Use& one : uses) {
      if (one.kind == Use::Kind::applied) take_failure(result_.states[one.position]);
      if (one.kind == Use::Kind::first) first_ = &head_.states.graph;
    }
  }

  void settle(const Use& one, const repo::CommitId& commit, const LoadedTree& base, const impact::Impact& impact) {
    switch (one.kind) {
      case Use::Kind::applied:
      case Use::Kind::foreign: return settle_state(one, commit, impact.find(result_.states[one.position].id));
      case Use::Kind::left: return settle_left(ledger_.left[one.position], commit, base, impact);
      case Use::Kind::first:
        for (const states::State& state : base.states.graph.states()) first_ids_.insert(state.id);
        return;
    }
  }

  void settle_applied(StateStanding& state, const repo::CommitId& commit, const Affected* affected) {
    if (affected != nullptr) {
      state.standing = Standing::pending;
      state.affected = *affected;
      state.affected->pending = impact::Pending{commit, "", {}, false};
    }
    take_failure(state);
  }

  void take_failure(StateStanding& state) {
    if (!state.record.failed) return;
    state.standing = Standing::failed;
    if (!state.affected) {
      state.affected = Affected{state.id, Change::modified, "", {}};
      state.affected->pending = impact::Pending{state.record.applied->commit, "", {}, true};
    }
    state.affected->causes.push_back(cause_of(CauseKind::apply_failed));
    state.affected->pending->is_from_earlier = true;
  }

  /// The bases come sorted, so that its own comparison may come later: see `settle_without_record`.
  void settle_foreign(const StateStanding& state, const repo::CommitId& commit, const Affected* affected) {
    if (affected == nullptr) return;
    Affected deployed = *affected;
    deployed.causes.push_back(cause_of(CauseKind::deployed_elsewhere));
    deployed.pending = impact::Pending{commit, "", {}, true};
    foreign_.emplace(state.id, std::move(deployed));
  }

  /// The state of `base` that the record is about; null when there is none.
  static const states::State* find_left(const applied::Left& left, const states::StateGraph& graph) {
    if (!left.id.empty()) {
      const auto index = graph.find(left.id);
      return index ? &graph.states()[*index] : nullptr;
    }
    const auto found = std::find_if(graph.states().begin(), graph.states().end(), [&](const states::State& state) {
      return gitlab::environment_slug(gitlab::environment_name(state.id)) == left.slug;
    });
    return found == graph.states().end() ? nullptr : &*found;
  }

  void settle_left(const applied::Left& left, const repo::CommitId& commit, const LoadedTree& base,
                   const impact::Impact& impact) {
    const states::State* state = find_left(left, base.states.graph);
    if (state == nullptr || head_.states.graph.find(state->id)) return;
    const auto moved = std::find_if(impact.affected.begin(), impact.affected.end(), [&](const Affected& one) {
      return one.change == Change::moved && one.from == state->id;
    });
    if (moved != impact.affected.end()) {
      moved_.emplace(moved->id, *moved).first->second.pending = impact::Pending{commit, "", {}, false};
      return;
    }
    StateStanding standing{state->id, Standing::left_behind, left.record};
    if (const Affected* affected = impact.find(state->id); affected != nullptr && has_left(*affected)) {
      standing.affected = *affected;
      standing.affected->pending = impact::Pending{commit, "", {}, true};
      standing.text = affected->change == Change::deleted
                          ? "its configuration is gone, and its resources are not destroyed"
                          : "it is no state any more, though it has files";
      keep_left(*state, base.states.graph);
    }
    result_.states.push_back(std::move(standing));
  }

  void keep_left(const states::State& state, const states::StateGraph& graph) {
    LeftState left{state};
    const std::uint32_t index = graph.find(state.id).value();
    for (const std::uint32_t other : graph.dependencies(index)) left.dependencies.push_back(graph.states()[other].id);
    for (const std::uint32_t other : graph.dependents(index)) left.dependents.push_back(graph.states()[other].id);
    result_.left.push_back(std::move(left));
  }

  void give_up(const repo::CommitId& commit, const std::string& why, const std::vector<Use>& uses) {
    for (const Use& one : uses) {
      if (one.kind == Use::Kind::first) is_first_lost_ = true;
      if (one.kind == Use::Kind::left) {
        const applied::Left& left = ledger_.left[one.position];
        if (!left.id.empty()) result_.states.push_back({left.id, Standing::left_behind, left.record});
      }
      if (one.kind != Use::Kind::applied && one.kind != Use::Kind::foreign) continue;
      StateStanding& state = result_.states[one.position];
      const std::string text = fmt::format("{} was applied last, and cannot be compared: {}", short_id(commit), why);
      Affected affected{state.id, Change::modified, "", {cause_of(CauseKind::applied_unknown)}};
      affected.pending = impact::Pending{"", text, {}, true};
      if (one.kind == Use::Kind::foreign) {
        foreign_.emplace(state.id, std::move(affected));
        continue;
      }
      state.standing = Standing::unknown;
      state.text = text;
      state.affected = std::move(affected);
    }
  }

  /// What no record of its own decides.
  void settle_without_record() {
    for (StateStanding& state : result_.states) {
      if (state.standing == Standing::left_behind || state.is_left_to_push) continue;
      const bool has_base = state.record.applied && !state.record.is_stopped;
      if (!has_base) settle_never_applied(state);
      if (!state.record.foreign) continue;
      const auto foreign = foreign_.find(state.id);
      if (foreign != foreign_.end() && !state.affected) state.affected = std::move(foreign->second);
      const bool is_foreign = state.standing == Standing::applied && foreign != foreign_.end();
      if (is_foreign || (!has_base && !state.record.failed)) state.standing = Standing::foreign;
    }
  }

  void settle_never_applied(StateStanding& state) {
    const Record& record = state.record;
    if (const auto moved = moved_.find(state.id); moved != moved_.end()) {
      state.standing = Standing::pending;
      state.text = fmt::format("it was applied as {}", moved->second.from);
      state.affected = moved->second;
      return;
    }
    const bool is_new = ledger_.first && !is_older(state.id);
    const bool was_offered = record.offered || record.failed;
    if (!is_new && !was_offered && !record.is_stopped) {
      state.is_left_to_push = true;
      state.standing = Standing::unknown;
      state.text = !ledger_.first ? "there is no record of any apply yet"
                                  : "it has no record, and was there before the project's first one";
      return;
    }
    state.standing = record.failed ? Standing::failed : Standing::never_applied;
    if (record.source == applied::Source::refs) {
      state.standing = Standing::unknown;
      state.text = "no ref tells of an apply, and it came after the first one that does";
    }
    if (record.is_stopped) state.text = "its environment was stopped";
    state.affected = Affected{state.id,
                              is_new || record.is_stopped ? Change::added : Change::modified,
                              "",
                              {cause_of(record.failed ? CauseKind::apply_failed : CauseKind::never_applied)}};
    state.affected->pending = impact::Pending{"", "it was never applied", {}, true};
  }

  bool is_older(const std::string& id) const {
    if (is_first_lost_) return false;  // in doubt wider
    return first_ != nullptr ? first_->find(id).has_value() : first_ids_.contains(id);
  }

  void read_line() {
    std::vector<repo::CommitId> bases;
    for (const StateStanding& state : result_.states) {
      if (!state.affected || has_left(*state.affected)) continue;
      const bool has_base = state.affected->pending && !state.affected->pending->base.empty();
      if (has_base) bases.push_back(state.affected->pending->base);
      if (!has_base && ledger_.first) bases.push_back(ledger_.first->commit);
    }
    if (bases.empty()) return;
    result_.line = read_branch_line(repository_, commit_, bases, head_.states.graph);
    for (StateStanding& state : result_.states) {
      if (state.affected && state.affected->pending && !has_left(*state.affected)) describe(state);
    }
  }

  void describe(StateStanding& state) {
    impact::Pending& pending = *state.affected->pending;
    const std::string& since = !pending.base.empty() ? pending.base
                               : ledger_.first       ? ledger_.first->commit
                                                     : pending.base;
    const auto end = result_.line.find(since);
    if (!end && !pending.base.empty() && !result_.line.is_cut && state.text.empty())
      state.text = fmt::format("the applied commit {} is not in the branch", short_id(pending.base));
    if (!end && !result_.line.is_cut) return;  // nothing tells where to begin
    std::vector<std::string> names;
    for (std::size_t index = 0; index < end.value_or(result_.line.commits.size()); ++index) {
      const LineCommit& commit = result_.line.commits[index];
      if (!std::binary_search(commit.states.begin(), commit.states.end(), state.id)) continue;
      state.commits.push_back(index);
      pending.commits.push_back(commit.commit);
      names.push_back(name_of(commit));
    }
    if (names.empty() || !pending.text.empty()) return;
    pending.text = describe_merged(std::move(names));
  }

  const repo::Repository& repository_;
  const LoadedTree& head_;
  const repo::CommitId& commit_;
  const applied::Ledger& ledger_;
  const StandingRequest& request_;
  facts::FactStore& facts_;
  std::map<repo::CommitId, std::vector<Use>> uses_;
  std::map<repo::CommitId, std::string> unreachable_;
  std::map<std::string, Affected> foreign_;    ///< by id: against what another branch deployed
  std::map<std::string, Affected> moved_;      ///< by the id in head
  std::set<std::string> first_ids_;            ///< the states of the tree of the project's first record
  const states::StateGraph* first_ = nullptr;  ///< the same, where that tree is head's
  bool is_first_lost_ = false;
  bool has_gaps_ = false;  ///< a state has no record
  Standings result_;
};

}  // namespace

const StateStanding* Standings::find(const std::string& id) const {
  const auto found =
      std::lower_bound(states.begin(), states.end(), id,
                       [](const StateStanding& state, const std::string& wanted) { return state.id < wanted; });
  return found != states.end() && found->id == id ? &*found : nullptr;
}

Standings find_standings(const repo::Repository& repository, const LoadedTree& head, const repo::CommitId& commit,
                         const applied::Ledger& ledger, const StandingRequest& request, facts::FactStore& facts) {
  return Finder(repository, head, commit, ledger, request, facts).find();
}

}  // namespace statelane::comparison
