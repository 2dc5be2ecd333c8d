#include "comparison/quiet_edges.hpp"

#include <algorithm>
#include <map>

#include "states/changed_outputs.hpp"
#include "terraform/file_names.hpp"

namespace statelane::comparison {

namespace {

using impact::Cause;
using impact::CauseKind;
using impact::CauseStep;

/// The chain ends at a line of the state's own configuration.
bool ends_at_line(const Cause& cause, const RepoPath& directory) {
  const CauseStep& last = cause.back();
  return last.line && last.path && last.path->parent() == directory;
}

/// Empty when a cause is none of a configuration file's own, nor one that a line of such a file makes.
std::optional<states::TouchedConfiguration> find_touched(const impact::Affected& affected, const RepoPath& directory) {
  states::TouchedConfiguration result;
  std::set<RepoPath> own, read;
  for (const Cause& cause : affected.causes) {
    const CauseStep& first = cause.front();
    const CauseStep& last = cause.back();
    if (first.kind != CauseKind::file_changed || !first.path) return std::nullopt;
    if (last.kind == CauseKind::own_file) {
      const bool is_configuration =
          first.path->parent() == directory && terraform::is_configuration_name(first.path->name());
      (is_configuration ? result.files : own).insert(*first.path);
      continue;
    }
    const bool is_written = last.kind == CauseKind::module_changed || last.kind == CauseKind::reference_changed ||
                            last.kind == CauseKind::link_changed;
    if (!is_written || !ends_at_line(cause, directory)) return std::nullopt;
    result.places.push_back({*last.path, *last.line});
    read.insert(*first.path);
  }
  // A file of the directory that nothing visibly reads may be read in a way that cannot be seen.
  const bool is_all_seen = std::includes(read.begin(), read.end(), own.begin(), own.end());
  return is_all_seen ? std::optional(std::move(result)) : std::nullopt;
}

std::optional<std::set<std::string>> find_changed(const LoadedTree& base, const LoadedTree& head,
                                                  const impact::Affected& affected) {
  // The trees of base and head say nothing of what changed since another commit.
  if (affected.change != impact::Change::modified || !base.tree || affected.pending) return std::nullopt;
  const states::StateGraph& graph = head.states.graph;
  const states::State& state = graph.states()[*graph.find(affected.id)];
  // A unit's outputs are those of a module elsewhere, and hang on all that it gives to that.
  if (state.kind == states::StateKind::terragrunt) return std::nullopt;
  const auto touched = find_touched(affected, state.directory);
  if (!touched) return std::nullopt;
  return states::find_changed_outputs(*base.tree, *head.tree, state.directory, *touched);
}

bool reads_one_of(const LoadedTree& head, const states::Edge& edge, const std::set<std::string>& outputs) {
  if (edge.kind == states::EdgeKind::declared || edge.kind == states::EdgeKind::dependency) return true;
  const auto read = states::find_read_outputs(*head.tree, edge.place);
  if (!read) return true;
  return std::any_of(read->begin(), read->end(), [&](const std::string& name) { return outputs.contains(name); });
}

}  // namespace

impact::QuietEdges find_quiet_edges(const LoadedTree& base, const LoadedTree& head, const impact::Impact& impact) {
  const states::StateGraph& graph = head.states.graph;
  // Only edges between an affected state and one that is not; after a change of everything there are none.
  std::map<std::string, std::vector<const states::Edge*>> edges;
  for (const states::Edge& edge : graph.edges()) {
    const std::string& dependency = graph.states()[edge.to].id;
    const bool leads_out = impact.find(graph.states()[edge.from].id) == nullptr && impact.find(dependency) != nullptr;
    if (leads_out) edges[dependency].push_back(&edge);
  }
  impact::QuietEdges quiet, loud;
  for (const auto& [dependency, dependents] : edges) {
    const auto outputs = find_changed(base, head, *impact.find(dependency));
    if (!outputs) continue;
    for (const states::Edge* edge : dependents)
      (reads_one_of(head, *edge, *outputs) ? loud : quiet).emplace(graph.states()[edge->from].id, dependency);
  }
  for (const auto& edge : loud) quiet.erase(edge);
  return quiet;
}

}  // namespace statelane::comparison
