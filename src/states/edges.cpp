#include "states/edges.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "base/replace_all.hpp"
#include "base/suggest.hpp"

namespace statelane::states {

namespace {

/// For people: the type and the known parts.
std::string describe(const BackendIdentity& identity) {
  std::string result = identity.type.empty() ? "backend=(not known)" : identity.type;
  for (const auto& [name, value] : identity.known) {
    // What everybody leaves as it is says nothing.
    if (!value.empty() && value != "env:") result += fmt::format(" {}=\"{}\"", name, value);
  }
  for (const auto& [name, value] : identity.partial) result += fmt::format(" {}=(known in part)", name);
  for (const std::string& name : identity.unknown) result += fmt::format(" {}=(not known)", name);
  return result;
}

class EdgeFinder {
 public:
  EdgeFinder(const std::vector<State>& states, Diagnostics& diagnostics) : states_(states), diagnostics_(diagnostics) {
    for (std::uint32_t index = 0; index < states.size(); ++index) {
      const auto& backend = states[index].backend;
      if (!backend) continue;
      // Complete identities are found by their key, so that work does not grow with states × reads.
      if (backend->is_complete()) {
        complete_[key_of(*backend)].push_back(index);
      } else {
        incomplete_.push_back(index);
      }
      by_type_[backend->type].push_back(index);
      by_type_[""].push_back(index);
    }
  }

  void add_reads(std::uint32_t from, const std::vector<RemoteRead>& reads, std::vector<Unmatched>& unmatched) {
    std::set<Place> answered;
    std::vector<const RemoteRead*> missed;
    for (const RemoteRead& read : reads)
      (add_read(from, read) ? void(answered.insert(read.place)) : missed.push_back(&read));
    for (const RemoteRead* read : missed) {
      // Of several possibilities one is enough.
      if (!read->is_alternative || !answered.contains(read->place))
        unmatched.push_back({states_[from].id, read->place, describe(read->wanted)});
    }
  }

  void add_declared(std::uint32_t from) {
    const State& state = states_[from];
    if (!state.settings.depends_on) return;
    for (const config::Located& entry : *state.settings.depends_on) {
      std::string id = replace_all(entry.text, "{instance}", state.instance.value_or(""));
      id = replace_all(std::move(id), "{dir}", state.directory.name());
      const auto found =
          std::lower_bound(states_.begin(), states_.end(), id,
                           [](const State& candidate, const std::string& wanted) { return candidate.id < wanted; });
      if (found != states_.end() && found->id == id) {
        const auto to = static_cast<std::uint32_t>(found - states_.begin());
        if (to != from)
          edges_.push_back({from, to, EdgeKind::declared, {RepoPath::of(config::file_name), entry.range.begin.line}});
        continue;
      }
      std::vector<std::string> ids;
      for (const State& candidate : states_) ids.push_back(candidate.id);
      std::vector<std::string> hints;
      if (const auto suggestion = find_suggestion(id, ids))
        hints.push_back(fmt::format("did you mean \"{}\"?", *suggestion));
      diagnostics_.error(RepoPath::of(config::file_name), entry.range,
                         fmt::format("{} depends on \"{}\", which is no state", state.id, id), std::move(hints));
    }
  }

  /// A unit depends on every state of the directories that it names.
  void add_dependencies(std::uint32_t from, const std::vector<UnitDependency>& dependencies,
                        std::vector<Unmatched>& unmatched) {
    if (dependencies.empty()) return;
    if (by_directory_.empty()) {
      for (std::uint32_t index = 0; index < states_.size(); ++index)
        by_directory_[states_[index].directory].push_back(index);
    }
    for (const UnitDependency& dependency : dependencies) {
      const auto found = by_directory_.find(dependency.directory);
      if (found == by_directory_.end()) {
        const std::string what = fmt::format("the unit {}", dependency.directory.display());
        unmatched.push_back({states_[from].id, dependency.place, what});
        continue;
      }
      for (const std::uint32_t to : found->second) {
        if (to != from) edges_.push_back({from, to, EdgeKind::dependency, dependency.place});
      }
    }
  }

  std::vector<Edge> finish() {
    std::sort(edges_.begin(), edges_.end());
    edges_.erase(std::unique(edges_.begin(), edges_.end()), edges_.end());
    return std::move(edges_);
  }

 private:
  /// The edges of one read. False when nothing answers it.
  bool add_read(std::uint32_t from, const RemoteRead& read) {
    std::vector<std::pair<std::uint32_t, IdentityMatch>> matches;
    for (const std::uint32_t to : candidates(read.wanted)) {
      const IdentityMatch match = match_identity(read.wanted, *states_[to].backend);
      if (match != IdentityMatch::different) matches.emplace_back(to, match);
    }
    // Where one state is the one that is read, those of which nothing is known are not.
    const bool is_found = std::any_of(matches.begin(), matches.end(),
                                      [](const auto& match) { return match.second == IdentityMatch::same; });
    for (const auto& [to, match] : matches) {
      const bool is_certain = match == IdentityMatch::same && !read.is_alternative;
      if (to != from && (match != IdentityMatch::open || !is_found))
        edges_.push_back({from, to, is_certain ? EdgeKind::remote_state : EdgeKind::possible, read.place});
    }
    return !matches.empty();
  }

  /// Without the workspace, which tells something only when both sides name one.
  static std::string key_of(const BackendIdentity& identity) {
    std::string key = identity.type;
    for (const auto& [name, value] : identity.known) {
      if (name != "workspace") key += fmt::format("\n{}:{}={}", name, value.size(), value);
    }
    return key;
  }

  /// States that may answer. A reader that leaves out a part that others have (the host of `tfe_outputs`) has no key.
  std::vector<std::uint32_t> candidates(const BackendIdentity& wanted) {
    const bool has_key =
        wanted.is_complete() && !wanted.type.empty() && (wanted.type != "remote" || wanted.known.contains("hostname"));
    if (!has_key) return by_type_[wanted.type];
    std::vector<std::uint32_t> result = incomplete_;
    const auto found = complete_.find(key_of(wanted));
    if (found != complete_.end()) result.insert(result.end(), found->second.begin(), found->second.end());
    return result;
  }

  const std::vector<State>& states_;
  Diagnostics& diagnostics_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> complete_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> by_type_;
  std::unordered_map<RepoPath, std::vector<std::uint32_t>> by_directory_;
  std::vector<std::uint32_t> incomplete_;
  std::vector<Edge> edges_;
};

}  // namespace

std::vector<Edge> find_edges(const std::vector<State>& states, const std::vector<std::vector<RemoteRead>>& reads,
                             const std::vector<std::vector<UnitDependency>>& dependencies,
                             std::vector<Unmatched>& unmatched, Diagnostics& diagnostics) {
  EdgeFinder finder(states, diagnostics);
  for (std::uint32_t index = 0; index < states.size(); ++index) {
    finder.add_reads(index, reads[index], unmatched);
    finder.add_declared(index);
    finder.add_dependencies(index, dependencies[index], unmatched);
  }
  std::sort(unmatched.begin(), unmatched.end());
  unmatched.erase(std::unique(unmatched.begin(), unmatched.end()), unmatched.end());
  return finder.finish();
}

void check_identities(const std::vector<State>& states, Diagnostics& diagnostics) {
  std::map<std::string, const State*> writers;
  for (const State& state : states) {
    if (!state.backend || !state.backend->is_complete()) continue;
    const auto [entry, is_first] = writers.emplace(describe(*state.backend), &state);
    if (is_first) continue;
    SourcePos place;
    place.line = std::max<std::uint32_t>(1, state.reason_place.line);
    diagnostics.warning(
        state.reason_place.file, SourceRange{place, place},
        fmt::format("{} and {} write the same state: {}", entry->second->id, state.id, describe(*state.backend)),
        {"give each its own key, address or prefix; two lanes on one state destroy each other's resources"});
  }
}

}  // namespace statelane::states
