#include "comparison/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "comparison/find_impact.hpp"
#include "comparison/own_bases.hpp"
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

void load_both(const repo::Repository& repository, const ComparisonRequest& request, facts::FactStore& facts,
               Comparison& result) {
  const Ends& ends = result.ends;
  const TrustedConfig* trusted = request.trusted;
  if (ends.base || request.read_ledger) facts.records().keep_in_memory();
  Diagnostics of_base;
  result.base = load_tree(ends.base ? repository.commit_tree(*ends.base) : nullptr, facts, of_base, trusted);
  result.head = load_tree(open_head(repository, ends), facts, result.diagnostics, trusted);
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

/// A pipeline of one of its apply branches, whose states are compared with what was applied last.
bool is_compared_with_applied(const ComparisonRequest& request, const Comparison& comparison) {
  if (!request.read_ledger || !comparison.ends.head) return false;
  if (request.compare) return *request.compare == config::Compare::applied;
  if (comparison.head.config.compare != config::Compare::applied) return false;
  const bool is_named = !request.ends.range.empty() || !request.ends.base.empty() || !request.ends.since.empty();
  const bool is_asked = gitlab::is_push(comparison.kind) || request.is_pending_wanted;
  return is_asked && !is_named;
}

const char* name_of(applied::Source source) {
  return source == applied::Source::api ? "GitLab's deployments" : "the refs of GitLab's deployments";
}

/// What is compared with what was applied last, in place of the push.
void compare_with_applied(const repo::Repository& repository, const ComparisonRequest& request,
                          const gitlab::PredefinedVariables& variables, facts::FactStore& facts, Comparison& result) {
  const std::string_view named = gitlab::value_of(variables, "CI_COMMIT_BRANCH");
  const std::string default_branch(gitlab::value_of(variables, "CI_DEFAULT_BRANCH"));
  const std::string branch(named.empty() ? default_branch : named);
  const auto wanted = find_wanted(result.head.states.graph, branch, default_branch);
  if (wanted.empty()) return;
  const applied::Ledger ledger = request.read_ledger(wanted, branch);
  result.remarks = ledger.remarks;
  result.ledger_source = ledger.source;
  const bool has_records = std::any_of(ledger.records.begin(), ledger.records.end(), [](const auto& entry) {
    return entry.second.applied || entry.second.offered || entry.second.failed;
  });
  if (!has_records && ledger.left.empty()) {
    if (ledger.source != applied::Source::none)
      result.remarks.push_back(
          fmt::format("{} tell of no apply yet, so that the push decides", name_of(ledger.source)));
    return;
  }
  result.standings = find_standings(repository, result.head, *result.ends.head, ledger,
                                    {request.ignore_format, request.ends.fetch_timeout, branch, {}}, facts);
  take_own_bases(repository, *result.standings, request, result, facts);
  result.ends.text = fmt::format("for each state what was applied last, by {}; where nothing is known: {}",
                                 name_of(ledger.source), result.ends.text);
  result.ends.reason = gitlab::BaseReason::applied;
}

/// What a plan of the merge request will contain beside: its target has it, and nobody applied it.
void note_what_target_has(const repo::Repository& repository, const ComparisonRequest& request,
                          const gitlab::PredefinedVariables& variables, facts::FactStore& facts, Comparison& result) {
  const std::string branch(gitlab::value_of(variables, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"));
  const std::string default_branch(gitlab::value_of(variables, "CI_DEFAULT_BRANCH"));
  const bool is_asked = request.read_ledger && result.head.config.compare == config::Compare::applied &&
                        request.compare != config::Compare::push;
  if (!is_asked || !result.ends.base || branch.empty() || result.impact.affected.empty()) return;
  std::set<std::string> ids;
  for (const impact::Affected& affected : result.impact.affected) ids.insert(affected.id);
  std::vector<applied::Wanted> wanted = find_wanted(result.base.states.graph, branch, default_branch);
  std::erase_if(wanted, [&](const applied::Wanted& one) { return !ids.contains(one.id); });
  if (wanted.empty()) return;
  const applied::Ledger ledger = request.read_ledger(wanted, branch);
  result.remarks = ledger.remarks;
  note_unapplied(find_standings(repository, result.base, *result.ends.base, ledger,
                                {request.ignore_format, request.ends.fetch_timeout, branch, std::move(ids)}, facts),
                 result.impact);
}

}  // namespace

Comparison compare(const repo::Repository& repository, const ComparisonRequest& request,
                   const gitlab::PredefinedVariables& variables, facts::FactStore& facts) {
  Comparison result;
  result.kind = gitlab::find_pipeline_kind(variables);
  result.ends = choose_ends(repository, request.ends, variables);
  result.is_push = result.ends.reason == gitlab::BaseReason::push_before;
  add_warning_of_replacements(repository, result.diagnostics);
  load_both(repository, request, facts, result);
  // Beyond this point nothing is read from git but the difference and the changed files.
  const bool is_requested = request.all || !request.state_globs.empty() || result.ends.is_missing;
  if (is_requested) {
    result.impact = request_states(result.head.states.graph, request.state_globs);
    return result;
  }
  const bool has_base = result.ends.reason != gitlab::BaseReason::none;
  if (has_base) {
    result.changes = find_changes(repository, result);
    result.impact = find_impact(result.base, result.head, result.changes, request.ignore_format, facts);
    add_warnings(result);
  }
  if (is_compared_with_applied(request, result)) compare_with_applied(repository, request, variables, facts, result);
  if (gitlab::is_merge_request(result.kind)) note_what_target_has(repository, request, variables, facts, result);
  if (has_base || result.standings) add_dependents(request, result);
  return result;
}

}  // namespace statelane::comparison
