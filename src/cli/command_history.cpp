#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "base/error.hpp"
#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/hand_written.hpp"
#include "cli/open_facts.hpp"
#include "cli/read_trees.hpp"
#include "comparison/find_impact.hpp"
#include "comparison/reach_commits.hpp"
#include "emit/history.hpp"

namespace statelane::cli {

namespace {

/// The commits to replay, the newest first, and behind the last one its parent; empty for none.
struct Line {
  std::vector<repo::CommitId> commits;
  std::optional<repo::CommitId> before;
  std::string cut;
};

Line read_line(const repo::Repository& repository, const Options& options) {
  const comparison::CommitReach reach(repository, options.fetch_timeout);
  const std::string tip = !options.range.empty() ? options.range : options.head.empty() ? "HEAD" : options.head;
  if (tip.find("..") != std::string::npos) {
    throw Error(ErrorKind::usage, "--history takes one commit, not a range", {"name the newest commit to replay"});
  }
  Line line;
  line.before = reach.resolve(tip);
  while (line.commits.size() < options.history && line.before) {
    line.commits.push_back(*line.before);
    try {
      line.before = repository.first_parent(line.commits.back());
    } catch (const Error& error) {
      // Without its parent a commit is no step.
      line.before = line.commits.back();
      line.commits.pop_back();
      line.cut = fmt::format("{} of {} commits are here: {}", line.commits.size(), options.history, error.what());
      break;
    }
  }
  return line;
}

/// A state whose directory's glob, `DIR/**/*`, matches a changed path.
bool is_below(const states::State& state, const repo::ChangeSet& changes) {
  const auto found = std::lower_bound(
      changes.begin(), changes.end(), state.directory,
      [](const repo::FileChange& change, const RepoPath& directory) { return change.path < directory; });
  // What lies below a directory does not always stand together: `a-b` comes between `a` and `a/c`.
  return std::any_of(found, changes.end(), [&](const repo::FileChange& change) {
    return change.path != state.directory && change.path.is_within(state.directory);
  });
}

emit::HistoryStep to_step(const LoadedTree& head, const repo::ChangeSet& changes, const impact::Impact& impact) {
  emit::HistoryStep step;
  step.states = head.states.graph.states().size();
  for (const impact::Affected& affected : impact.affected) step.affected.push_back(affected.id);
  step.unread = impact.unclaimed.size();
  for (const states::State& state : head.states.graph.states()) {
    const bool is_affected = impact.find(state.id) != nullptr;
    const bool is_below_glob = is_below(state, changes);
    step.plans += is_affected ? 1 : 0;
    step.by_globs += is_below_glob ? 1 : 0;
    if (is_affected && !is_below_glob) step.missed_by_globs.push_back(state.id);
  }
  return step;
}

/// What the pipeline that people wrote would have done; nothing where it has no jobs for states.
void add_hand_written(const HandWritten& pipeline, const impact::Impact& impact, emit::HistoryStep& step) {
  step.is_read_from_pipeline = !pipeline.covered.empty();
  step.by_pipeline = pipeline.started.size();
  for (const impact::Affected& affected : impact.affected) {
    const bool is_missed = pipeline.covered.contains(affected.id) && !pipeline.started.contains(affected.id);
    if (is_missed) step.missed_by_pipeline.push_back(affected.id);
  }
}

/// From the oldest to the newest, so that each tree is read once; the answer has the newest first.
emit::History replay(const repo::Repository& repository, const Line& line, const Options& options) {
  emit::History history;
  history.cut = line.cut;
  const std::string named(gitlab::value_of(read_predefined_variables(), "CI_DEFAULT_BRANCH"));
  const std::string default_branch = named.empty() ? "main" : named;
  facts::FactStore facts = open_facts(repository, options);
  facts.records().keep_in_memory();
  Diagnostics ignored;  // what was wrong in files of old is nobody's concern now
  LoadedTree base = comparison::load_tree(line.before ? repository.commit_tree(*line.before) : nullptr, facts, ignored);
  for (std::size_t index = line.commits.size(); index-- > 0;) {
    const repo::CommitId& commit = line.commits[index];
    LoadedTree head = comparison::load_tree(repository.commit_tree(commit), facts, ignored);
    const repo::ChangeSet changes = repo::diff_trees(base.tree.get(), head.tree.get());
    const impact::Impact impact = find_impact(base, head, changes, options.ignore_format, facts);
    emit::HistoryStep step = to_step(head, changes, impact);
    step.commit = commit;
    step.subject = repository.subject(commit);
    add_hand_written(ask_hand_written(head, changes, default_branch), impact, step);
    const bool is_last = index + 1 == line.commits.size();
    step.parent = !is_last ? line.commits[index + 1] : line.before.value_or("");
    history.steps.insert(history.steps.begin(), std::move(step));
    base = std::move(head);
  }
  facts.save();
  return history;
}

}  // namespace

int run_history(const Options& options) {
  const repo::Repository repository = open_repository(options);
  const Line line = read_line(repository, options);
  const emit::History history = replay(repository, line, options);
  write_output(options.json ? emit::render_history_json(history)
                            : emit::render_history_text(history, output_view(options)));
  if (!history.cut.empty()) fmt::print(stderr, "statelane: warning: {}\n", history.cut);
  return 0;
}

}  // namespace statelane::cli
