#include "comparison/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "comparison/find_impact.hpp"
#include "comparison/quiet_edges.hpp"

namespace statelane::comparison {

namespace {

bool matches_any_glob(const std::vector<std::string>& globs, const std::string& id) {
  return std::any_of(globs.begin(), globs.end(),
                     [&](const std::string& glob) { return config::matches_glob(glob, id); });
}

/// Lanes that somebody asked for, whatever changed.
impact::Impact request_states(const states::StateGraph& graph, const std::vector<std::string>& globs) {
  impact::Impact result;
  for (const states::State& state : graph.states()) {
    if (!globs.empty() && !matches_any_glob(globs, state.id)) continue;
    result.affected.push_back({state.id, impact::Change::modified, "", {{{impact::CauseKind::requested, {}, {}, {}}}}});
  }
  return result;
}

std::unique_ptr<repo::Tree> open_head(const repo::Repository& repository, const Ends& ends) {
  if (ends.head) return repository.commit_tree(*ends.head);
  return ends.is_staged ? repository.index_tree() : repository.disk_tree();
}

repo::ChangeSet find_changes(const repo::Repository& repository, const Comparison& comparison) {
  const Ends& ends = comparison.ends;
  if (ends.head || ends.is_staged || !ends.base)
    return repo::diff_trees(comparison.base.tree.get(), comparison.head.tree.get());
  repo::ChangeSet changes = repository.work_tree_changes(*ends.base);
  // A moved file is told by its content, which git does not compute for what is not in its index.
  for (repo::FileChange& change : changes) {
    if (change.kind == repo::ChangeKind::added) change.after = comparison.head.tree->content_id(change.path);
  }
  return changes;
}

/// A state whose files moved and whose backend identity did not stay: `key a became b`.
std::string describe_other_identity(const states::BackendIdentity& before, const states::BackendIdentity& after) {
  if (before.type != after.type) return fmt::format("{} became {}", before.type, after.type);
  std::string text;
  for (const auto& [name, value] : after.known) {
    const auto old = before.known.find(name);
    if (old != before.known.end() && old->second == value) continue;
    const std::string was = old == before.known.end() ? "" : fmt::format(" \"{}\"", old->second);
    text += fmt::format("{}{}{} became \"{}\"", text.empty() ? "" : ", ", name, was, value);
  }
  return text.empty() ? "the backend is another one" : text;
}

void add_warnings(Comparison& comparison) {
  for (const impact::Affected& affected : comparison.impact.affected) {
    if (affected.orphans.empty()) continue;
    const states::StateGraph& base = comparison.base.states.graph;
    const states::StateGraph& head = comparison.head.states.graph;
    const states::State& before = base.states()[*base.find(affected.orphans)];
    const states::State& after = head.states()[*head.find(affected.id)];
    std::optional<SourceRange> range;
    if (after.reason_place.line != 0)
      range = SourceRange{{after.reason_place.line, 1, 0}, {after.reason_place.line, 1, 0}};
    comparison.diagnostics.warning(
        after.reason_place.file, range,
        fmt::format("{} has the files of {} but not its stored state: {}; applied like this it would make everything "
                    "anew, and orphan the resources of {}",
                    affected.id, affected.orphans, describe_other_identity(*before.backend, *after.backend),
                    affected.orphans),
        {"keep the backend's settings as they were, or move the stored state first: terraform init -migrate-state"});
  }
}

void add_warning_of_replacements(const repo::Repository& repository, Diagnostics& diagnostics) {
  if (!repository.has_replacements()) return;
  diagnostics.warning(
      RepoPath::of(".git/refs/replace"), std::nullopt,
      "objects that git replaces here (git replace, grafts) are compared as they were before",
      {"compare with git's own answer: GIT_NO_REPLACE_OBJECTS=1 git diff; git replace -d takes one back"});
}

void load_both(const repo::Repository& repository, facts::FactStore& facts, Comparison& result) {
  const Ends& ends = result.ends;
  if (ends.base) facts.records().keep_in_memory();
  Diagnostics of_base;
  result.base = load_tree(ends.base ? repository.commit_tree(*ends.base) : nullptr, facts, of_base);
  result.head = load_tree(open_head(repository, ends), facts, result.diagnostics);
}

/// Dependents of what is affected: those that read nothing of the change, and those that get lanes of their own.
void add_dependents(const ComparisonRequest& request, Comparison& result) {
  const states::StateGraph& graph = result.head.states.graph;
  impact::mark_untouched_dependents(graph, find_quiet_edges(result.base, result.head, result.impact),
                                    request.drop_untouched, result.impact);
  const config::Dependents dependents = request.dependents.value_or(result.head.config.dependents);
  if (dependents == config::Dependents::none) return;
  using impact::DependentLanes;
  impact::add_dependent_lanes(
      graph, dependents == config::Dependents::all ? DependentLanes::all : DependentLanes::direct, result.impact);
}

}  // namespace

Comparison compare(const repo::Repository& repository, const ComparisonRequest& request,
                   const gitlab::PredefinedVariables& variables, facts::FactStore& facts) {
  Comparison result;
  result.kind = gitlab::find_pipeline_kind(variables);
  result.ends = choose_ends(repository, request.ends, variables);
  add_warning_of_replacements(repository, result.diagnostics);
  load_both(repository, facts, result);
  // Beyond this point nothing is read from git but the difference and the changed files.
  const bool is_requested = request.all || !request.state_globs.empty() || result.ends.is_missing;
  if (is_requested) {
    result.impact = request_states(result.head.states.graph, request.state_globs);
  } else if (result.ends.reason != gitlab::BaseReason::none) {
    result.changes = find_changes(repository, result);
    result.impact = find_impact(result.base, result.head, result.changes, request.ignore_format, facts);
    add_warnings(result);
    add_dependents(request, result);
  }
  return result;
}

}  // namespace statelane::comparison
