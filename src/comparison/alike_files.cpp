#include "comparison/alike_files.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "repo/likeness.hpp"
#include "terraform/file_names.hpp"
#include "terraform/read_facts.hpp"

namespace statelane::comparison {

namespace {

using repo::ChangeKind;
using repo::FileChange;

/// More comparisons than this are a second of work.
constexpr std::size_t most_comparisons = 1'000'000;

/// Of a longer file the beginning is compared.
constexpr std::size_t most_bytes = 1 << 20;

/// A file of a state that is on one side only.
struct Candidate {
  std::size_t change;  ///< its index
  repo::Likeness likeness;
};

/// A state in the file's directory has an id that the other side does not know.
bool is_on_one_side(const states::StateGraph& graph, const states::StateGraph& other, const RepoPath& path) {
  const auto states = graph.states_in(path.parent());
  return std::any_of(states.begin(), states.end(),
                     [&](std::uint32_t index) { return !other.find(graph.states()[index].id); });
}

/// Configuration files that went, or came, with a state. `others` has the contents of the other side.
std::vector<Candidate> find_candidates(const LoadedTree& side, const LoadedTree& other, ChangeKind kind,
                                       const repo::ChangeSet& changes, const std::set<ContentId>& others) {
  std::vector<Candidate> result;
  for (std::size_t index = 0; index < changes.size(); ++index) {
    const FileChange& change = changes[index];
    const bool is_deleted = kind == ChangeKind::deleted;
    const auto entry = is_deleted ? change.before_kind : change.after_kind;
    const bool is_plain = entry == repo::EntryKind::file || entry == repo::EntryKind::executable;
    if (change.kind != kind || !is_plain || !terraform::is_configuration_name(change.path.name())) continue;
    if (is_deleted && others.contains(change.before)) continue;
    if (!is_on_one_side(side.states.graph, other.states.graph, change.path)) continue;
    if (side.tree->size(change.path) > terraform::largest_configuration) continue;
    const std::string text = side.tree->read(change.path);
    result.push_back({index, repo::Likeness(std::string_view(text).substr(0, most_bytes))});
  }
  return result;
}

/// A cheap question before the dear one.
bool has_names_of(const FileChange& left, const FileChange& right) {
  return left.path.name() == right.path.name() && left.path.parent().name() == right.path.parent().name();
}

}  // namespace

repo::ChangeSet with_alike_files(const LoadedTree& base, const LoadedTree& head, const repo::ChangeSet& changes) {
  repo::ChangeSet result = changes;
  if (!base.tree) return result;
  std::set<ContentId> arrived;
  for (const FileChange& change : changes) {
    if (change.kind == ChangeKind::added) arrived.insert(change.after);
  }
  const auto left = find_candidates(base, head, ChangeKind::deleted, changes, arrived);
  if (left.empty()) return result;
  const auto came = find_candidates(head, base, ChangeKind::added, changes, {});
  const bool is_many = left.size() * came.size() > most_comparisons;
  for (const Candidate& one : left) {
    int most = repo::Likeness::least - 1;
    for (const Candidate& other : came) {
      if (is_many && !has_names_of(changes[one.change], changes[other.change])) continue;
      const int percent = one.likeness.percent(other.likeness);
      if (percent <= most || changes[other.change].after.is_zero()) continue;
      most = percent;
      result[one.change].before = changes[other.change].after;
    }
  }
  return result;
}

}  // namespace statelane::comparison
