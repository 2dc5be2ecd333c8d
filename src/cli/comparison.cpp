#include "cli/comparison.hpp"

#include <algorithm>
#include <string_view>

#include "base/error.hpp"
#include "cli/choose_ends.hpp"
#include "cli/format_only.hpp"
#include "cli/open_facts.hpp"

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

repo::ChangeSet find_changes(const repo::Repository& repository, const Comparison& comparison) {
  const Ends& ends = comparison.ends;
  if (ends.head || !ends.base) return repo::diff_trees(comparison.base.tree.get(), comparison.head.tree.get());
  return repository.work_tree_changes(*ends.base);
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
  const RepoPath path = RepoPath::of(config::file_name);
  if (side.tree->find(path)) side.config = config::parse_config(side.tree->read(path), path, diagnostics);
  side.states = states::load_states(*side.tree, side.config, facts, diagnostics);
  return side;
}

Side load_only_side(const repo::Repository& repository, const Options& options, Diagnostics& diagnostics) {
  facts::FactStore facts = open_facts(repository, options);
  const bool is_ci = !gitlab::value_of(read_predefined_variables(), "CI").empty();
  const std::string revision = !options.revision.empty()          ? options.revision
                               : is_ci || !repository.work_tree() ? "HEAD"
                                                                  : "";
  auto tree = revision.empty() ? repository.disk_tree() : repository.commit_tree(repository.resolve(revision));
  Side side = load_side(std::move(tree), facts, diagnostics);
  facts.save();
  return side;
}

Comparison compare(const repo::Repository& repository, const Options& options) {
  const gitlab::PredefinedVariables variables = read_predefined_variables();
  Comparison result;
  result.kind = gitlab::find_pipeline_kind(variables);
  result.ends = choose_ends(repository, options, variables);
  const Ends& ends = result.ends;

  facts::FactStore facts = open_facts(repository, options);
  Diagnostics of_base;  // what was wrong before this change is nobody's concern now
  result.base = load_side(ends.base ? repository.commit_tree(*ends.base) : nullptr, facts, of_base);
  result.head =
      load_side(ends.head ? repository.commit_tree(*ends.head) : repository.disk_tree(), facts, result.diagnostics);
  facts.save();
  // Beyond this point nothing is read from git but the difference and the changed files.
  const bool is_requested = options.all || !options.state_globs.empty() || ends.is_missing;
  if (is_requested) {
    result.impact = request_states(result.head.states.graph, options.state_globs);
  } else if (ends.reason != gitlab::BaseReason::none) {
    result.changes = find_changes(repository, result);
    const auto format_only = options.ignore_format
                                 ? find_format_only(result.base.tree.get(), *result.head.tree, result.changes)
                                 : std::unordered_set<RepoPath>{};
    result.impact =
        impact::find_affected(result.base.states.graph, result.head.states.graph, result.changes, format_only);
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
