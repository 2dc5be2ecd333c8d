#include "impact/moves.hpp"

#include <set>
#include <unordered_map>

namespace statelane::impact {

namespace {

using states::State;
using states::StateGraph;

/// A file that more states share than this tells none of them from the others.
constexpr std::size_t most_owners = 8;

/// Equal for equal identities.
std::string key_of(const states::BackendIdentity& identity) {
  std::string key = identity.type;
  for (const auto& [name, value] : identity.known) {
    key += '\0' + name + '\0' + std::to_string(value.size()) + '\0' + value;
  }
  return key;
}

bool has_whole_identity(const State& state) { return state.backend && state.backend->is_complete(); }

/// As far as is known: what no setting tells apart may still be the same stored state.
bool has_other_identity(const StateGraph& base, const std::string& before, const StateGraph& head,
                        const std::string& after) {
  const auto& old_one = base.states()[*base.find(before)].backend;
  const auto& new_one = head.states()[*head.find(after)].backend;
  return old_one && new_one && old_one != new_one;
}

/// The states of one side that own a configuration file directly, by that file's content.
using Owners = std::unordered_map<ContentId, std::set<std::string>>;

void add_owners(const StateGraph& graph, const StateGraph& other, const RepoPath& path, const ContentId& content,
                Owners& owners) {
  if (content.is_zero() || !states::is_infrastructure_name(path.name())) return;
  for (const std::uint32_t index : graph.states_in(path.parent())) {
    const std::string& id = graph.states()[index].id;
    if (!other.find(id)) owners[content].insert(id);
  }
}

/// How many of its telling files a state that left has, and how many of them each new state has again.
struct Votes {
  std::map<std::string, std::size_t> files;
  std::map<std::string, std::map<std::string, std::size_t>> shared;  ///< new state → state that left → files
};

Votes count_votes(const Owners& left, const Owners& arrived) {
  Votes votes;
  for (const auto& [content, owners] : left) {
    if (owners.size() > most_owners) continue;
    for (const std::string& id : owners) ++votes.files[id];
    const auto again = arrived.find(content);
    if (again == arrived.end() || again->second.size() > most_owners) continue;
    for (const std::string& id : again->second) {
      for (const std::string& origin : owners) ++votes.shared[id][origin];
    }
  }
  return votes;
}

}  // namespace

std::map<std::string, std::string> find_moves(const StateGraph& base, const StateGraph& head) {
  std::map<std::string, std::vector<std::string>> left;
  for (auto state = base.states().rbegin(); state != base.states().rend(); ++state) {
    if (!head.find(state->id) && has_whole_identity(*state)) left[key_of(*state->backend)].push_back(state->id);
  }
  std::map<std::string, std::string> moves;
  for (const State& state : head.states()) {
    if (base.find(state.id) || !has_whole_identity(state)) continue;
    const auto found = left.find(key_of(*state.backend));
    if (found == left.end() || found->second.empty()) continue;
    moves.emplace(state.id, found->second.back());
    found->second.pop_back();
  }
  return moves;
}

std::map<std::string, std::string> find_orphaning_moves(const StateGraph& base, const StateGraph& head,
                                                        const repo::ChangeSet& changes,
                                                        const std::map<std::string, std::string>& moves) {
  Owners left, arrived;
  for (const repo::FileChange& change : changes) {
    if (change.kind == repo::ChangeKind::deleted) add_owners(base, head, change.path, change.before, left);
    if (change.kind == repo::ChangeKind::added) add_owners(head, base, change.path, change.after, arrived);
  }
  const Votes votes = count_votes(left, arrived);
  std::set<std::string> taken;
  for (const auto& [id, origin] : moves) taken.insert(origin);
  std::map<std::string, std::string> result;
  for (const auto& [id, origins] : votes.shared) {
    if (moves.contains(id)) continue;
    for (const auto& [origin, files] : origins) {
      const bool has_most = 2 * files > votes.files.at(origin);
      const bool is_orphaning = has_most && !taken.contains(origin) && has_other_identity(base, origin, head, id);
      if (is_orphaning && result.emplace(id, origin).second) taken.insert(origin);
    }
  }
  return result;
}

}  // namespace statelane::impact
