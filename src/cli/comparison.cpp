#include "cli/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/error.hpp"
#include "cli/choose_ends.hpp"
#include "cli/find_impact.hpp"
#include "cli/open_facts.hpp"
#include "cli/progress.hpp"
#include "cli/quiet_edges.hpp"
#include "cli/remembered_ids.hpp"
#include "repo/links.hpp"

extern char** environ;

namespace statelane::cli {

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

/// The configuration of a tree, through a symbolic link too.
config::Config read_config(const repo::Tree& tree, Diagnostics& diagnostics) {
  const RepoPath path = RepoPath::of(config::file_name);
  const auto entry = tree.find(path);
  if (!entry) return {};
  const repo::Resolved resolved = repo::resolve_links(tree, RepoPath(), path.str());
  const bool is_file = resolved.outcome == repo::Resolved::Outcome::found &&
                       (resolved.kind == repo::EntryKind::file || resolved.kind == repo::EntryKind::executable);
  if (is_file) return config::parse_config(tree.read(resolved.path), path, diagnostics);
  const bool is_link = entry->kind == repo::EntryKind::symlink;
  diagnostics.error(path, std::nullopt, is_link ? "the link leads to no file" : "cannot be read: it is not a file");
  return {};
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

}  // namespace

gitlab::PredefinedVariables read_predefined_variables() {
  gitlab::PredefinedVariables result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (text.starts_with("CI") && equals != std::string_view::npos) {
      result.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return result;
}

repo::Repository open_repository() { return repo::Repository::open(std::filesystem::current_path()); }

Side load_side(std::unique_ptr<repo::Tree> tree, facts::FactStore& facts, Diagnostics& diagnostics) {
  Side side;
  side.tree = std::move(tree);
  if (!side.tree) return side;
  side.config = read_config(*side.tree, diagnostics);
  side.states = states::load_states(*side.tree, side.config, facts, diagnostics);
  return side;
}

Side load_only_side(const repo::Repository& repository, const Options& options, Diagnostics& diagnostics) {
  const Progress progress("reading states");
  facts::FactStore facts = open_facts(repository, options);
  const bool is_ci = !gitlab::value_of(read_predefined_variables(), "CI").empty();
  if (options.staged && options.revision.empty()) return load_side(repository.index_tree(), facts, diagnostics);
  const std::string revision = !options.revision.empty()          ? options.revision
                               : is_ci || !repository.work_tree() ? "HEAD"
                                                                  : "";
  auto tree = revision.empty() ? repository.disk_tree() : repository.commit_tree(repository.resolve(revision));
  Side side = load_side(std::move(tree), facts, diagnostics);
  facts.save();
  if (revision.empty() || revision == "HEAD") remember_ids(repository, options, side.states.graph);
  return side;
}

Comparison compare(const repo::Repository& repository, const Options& options) {
  const gitlab::PredefinedVariables variables = read_predefined_variables();
  Comparison result;
  result.kind = gitlab::find_pipeline_kind(variables);
  result.ends = choose_ends(repository, options, variables);
  const Ends& ends = result.ends;

  const Progress progress("reading states of both sides");
  facts::FactStore facts = open_facts(repository, options);
  if (ends.base) facts.records().keep_in_memory();
  Diagnostics of_base;  // what was wrong before this change is nobody's concern now
  result.base = load_side(ends.base ? repository.commit_tree(*ends.base) : nullptr, facts, of_base);
  result.head = load_side(open_head(repository, ends), facts, result.diagnostics);
  facts.save();
  if (!ends.head || ends.head == repository.find_commit("HEAD"))
    remember_ids(repository, options, result.head.states.graph);
  // Beyond this point nothing is read from git but the difference and the changed files.
  const bool is_requested = options.all || !options.state_globs.empty() || ends.is_missing;
  if (is_requested) {
    result.impact = request_states(result.head.states.graph, options.state_globs);
  } else if (ends.reason != gitlab::BaseReason::none) {
    result.changes = find_changes(repository, result);
    result.impact = find_impact(result.base, result.head, result.changes, options.ignore_format, facts);
    add_warnings(result);
    impact::mark_untouched_dependents(result.head.states.graph,
                                      find_quiet_edges(result.base, result.head, result.impact), options.drop_untouched,
                                      result.impact);
    const config::Dependents dependents = options.dependents.value_or(result.head.config.dependents);
    if (dependents != config::Dependents::none) {
      using impact::DependentLanes;
      impact::add_dependent_lanes(result.head.states.graph,
                                  dependents == config::Dependents::all ? DependentLanes::all : DependentLanes::direct,
                                  result.impact);
    }
  }
  return result;
}

}  // namespace statelane::cli
