#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/repo_path.hpp"
#include "repo/change_set.hpp"
#include "states/state_graph.hpp"

namespace statelane::impact {

/// What happened to a state between base and head.
enum class Change { modified, added, deleted, retired, moved, dependent };

enum class CauseKind {
  file_changed,       ///< the first step of most chains: a path that differs
  own_file,           ///< … is a file of the state's own directory
  module_changed,     ///< … lies below a local module that `path` (at `line`) calls
  reference_changed,  ///< … is read at `path`, `line`
  variable_file_changed,
  backend_file_changed,
  lock_file_changed,
  version_pin_changed,
  input_configured,  ///< … is an input by `.statelane.yml`
  link_changed,
  attributes_changed,     ///< … is a `.gitattributes`, which decides what a checkout holds
  configuration_changed,  ///< `.statelane.yml` changed this state's lane
  dependency_affected,    ///< `state` is affected and this one depends on it
  requested,              ///< all states, or this one, were asked for
  never_applied,          ///< the state came, and its first gate was never pressed
  apply_failed,           ///< a try to apply it failed after the last success
  deployed_elsewhere,     ///< it was applied from another branch since
  applied_unknown,        ///< what was applied last cannot be compared: the commit is not to be had
};

/// One step of a chain. `path` and `line` say where the step is written, `state` which state it is about.
struct CauseStep {
  CauseKind kind = CauseKind::file_changed;
  std::optional<RepoPath> path;
  std::optional<std::uint32_t> line;
  std::optional<std::string> state;

  friend auto operator<=>(const CauseStep&, const CauseStep&) = default;
};

/// From a changed path to the state: the first step is the changed path.
using Cause = std::vector<CauseStep>;

/// Why a state is compared with another commit than the rest: what was applied last is not what was there before.
struct Pending {
  std::string base;                    ///< the commit; empty: none, the state is taken as it is
  std::string text;                    ///< for people: "!42 and !45 were merged and not applied"
  std::vector<std::string> commits{};  ///< since then, of those that touch it, the newest first
  bool is_from_earlier = false;  ///< something of it was there before this push: nothing applies it without a person

  friend bool operator==(const Pending&, const Pending&) = default;
};

/// A state whose lane must run.
struct Affected {
  std::string id;
  Change change = Change::modified;
  std::string from;           ///< for `moved`: the id in base
  std::vector<Cause> causes;  ///< sorted, never empty
  /// For `added`: the state of base whose files these are under another backend identity, so that nobody would manage
  /// what it made.
  std::string orphans{};
  std::string also{};  ///< in a merge request, what its plan will contain beside: "!41 (merged, not applied)"
  std::optional<Pending> pending{};  ///< set: it has a base of its own

  friend bool operator==(const Affected&, const Affected&) = default;
};

/// A state that only changes without effect touch.
struct Skipped {
  std::string id;
  std::vector<RepoPath> paths;  ///< the changes that were judged to have no effect, sorted

  friend bool operator==(const Skipped&, const Skipped&) = default;
};

/// The answer to "which states does this change touch, and why". Everything is sorted by id or path.
struct Impact {
  std::vector<Affected> affected;
  std::vector<Skipped> skipped;
  std::vector<std::string> dependents;  ///< depend on affected states, and are in neither list above
  /// Of `dependents`, those that read no output which the change can touch, by syntax.
  std::vector<std::string> untouched{};
  /// Deleted states that look moved, with the new ones that have their files; see `find_successors`.
  std::map<std::string, std::string> successors{};
  std::vector<RepoPath> unclaimed{};  ///< changed infrastructure files that are no state's input in base or head

  const Affected* find(const std::string& id) const;
};

/// What differs between two trees.
struct Difference {
  const repo::ChangeSet& changes;
  /// Paths whose tokens are equal in base and head: for a state that reads such a path only as configuration, the
  /// change does not count.
  const std::unordered_set<RepoPath>& format_only;
  /// States that read other files in head than in base, some of which did not change; see `find_regrouping_candidates`.
  const std::set<std::string>& regrouped;
  /// The changes, where files that are alike, of a state that left and of a new one, have one content id. Null: only
  /// equal files are alike.
  const repo::ChangeSet* with_alike_files = nullptr;
};

/// Compares two graphs over the paths that differ.
Impact find_affected(const states::StateGraph& base, const states::StateGraph& head, const Difference& difference);

/// Finds `dependents` anew, for a set of affected states that is no longer the one that was found.
void set_dependents(const states::StateGraph& head, Impact& impact);

/// Pairs of states, dependent and dependency: the change in the dependency touches nothing that the dependent reads.
using QuietEdges = std::set<std::pair<std::string, std::string>>;

/// Notes in `untouched` which dependents are reached through `quiet` edges only; with `drop` they are no dependents.
void mark_untouched_dependents(const states::StateGraph& head, const QuietEdges& quiet, bool drop, Impact& impact);

/// Which dependents of affected states run too.
enum class DependentLanes { direct, all };

/// Makes lanes of states that depend on affected ones through certain edges, and are still among the dependents: those
/// that do directly, or through others too. Each names the affected states that it depends on; the others stay in
/// `dependents`.
void add_dependent_lanes(const states::StateGraph& head, DependentLanes which, Impact& impact);

}  // namespace statelane::impact
