#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <optional>
#include <set>

#include "base/error.hpp"
#include "base/escape.hpp"
#include "cli/check_out.hpp"
#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/find_reviewed.hpp"
#include "cli/find_state.hpp"
#include "cli/job_ledger.hpp"
#include "cli/lane_description.hpp"
#include "cli/newest_commit.hpp"
#include "cli/open_facts.hpp"
#include "cli/read_trees.hpp"
#include "cli/shared_address.hpp"
#include "cli/trusted_config.hpp"
#include "comparison/choose_ends.hpp"
#include "comparison/reach_commits.hpp"
#include "repo/disk_tree.hpp"
#include "runner/drift_result.hpp"
#include "runner/garbage_collection.hpp"
#include "runner/run_apply.hpp"
#include "runner/run_plan.hpp"
#include "states/backend_identity.hpp"
#include "states/existing_inputs.hpp"

namespace statelane::cli {

namespace {

namespace fs = std::filesystem;

/// The commit before the change that this pipeline is about; empty when there was none. A child does not always show
/// what its parent compared with: then it is the commit before this one. Throws when it cannot be had.
std::optional<repo::CommitId> find_commit_before(const repo::Repository& repository) {
  const comparison::Ends ends = comparison::choose_ends(repository, {}, read_predefined_variables());
  if (ends.reason != gitlab::BaseReason::none) return ends.base;
  return repository.first_parent(ends.head.value_or(repository.resolve("HEAD")));
}

/// Whether the state was there before the change. Where that cannot be found out it counts as an old one: then an empty
/// one is looked at twice.
bool existed_before(const repo::Repository& repository, const Options& options, const std::string& id) {
  try {
    const auto before = find_commit_before(repository);
    if (!before) return false;
    facts::FactStore facts = open_facts(repository, options);
    Diagnostics ignored;
    return comparison::load_tree(repository.commit_tree(*before), facts, ignored).states.graph.find(id).has_value();
  } catch (const Error&) {
    return true;
  }
}

/// A state of the tree in front of us that stores, or may store, where `state` of an earlier tree does.
std::string find_user_of(const states::State& state, const LoadedTree& now) {
  if (!state.backend) return "";
  for (const states::State& other : now.states.graph.states()) {
    if (!other.backend) continue;
    if (states::may_be_same(*state.backend, *other.backend)) return other.id;
  }
  return "";
}

/// Another revision's files lie in a directory of their own. A local backend's state lies among the files: another
/// revision's files would be planned against an empty one.
void refuse_local_state(const states::State& state) {
  if (state.kind == states::StateKind::terragrunt)
    throw Error(ErrorKind::refused, "--from does not run units of Terragrunt, which want the repository around them",
                {"check that revision out, and plan there"});
  if (state.kind != states::StateKind::terraform) return;
  if (state.backend && state.backend->type != "local") return;
  throw Error(ErrorKind::usage, "--from needs a backend that keeps the state elsewhere than among the files");
}

/// One run of a lane, with the files that it runs on.
struct Lane {
  runner::LaneDescription description;
  std::optional<CheckedOut> files;
  std::optional<comparison::TrustedConfig> trusted;
  std::optional<LoadedTree> tree;  ///< that it was described from
  std::uint32_t index = 0;         ///< of the state

  const comparison::TrustedConfig* trusted_config() const { return trusted ? &*trusted : nullptr; }
};

/// The commit that is checked out; empty where there is none.
std::string find_head(const repo::Repository& repository) {
  try {
    return repository.resolve("HEAD");
  } catch (const Error&) {
    return "";
  }
}

/// Files of the commit that an earlier command of the job, or the tool itself, has written anew.
std::set<RepoPath> find_modified(const repo::Repository& repository, const Lane& lane) {
  if (lane.files || lane.description.checked_out.empty() || !read_predefined_variables().contains("CI")) return {};
  try {
    const std::vector<RepoPath> paths = repository.modified_files(lane.description.checked_out);
    return {paths.begin(), paths.end()};
  } catch (const Error&) {
    return {};  // without git it cannot be told
  }
}

/// The state's inputs that are on disk and not in the tree that was scanned, or not with these bytes.
std::vector<std::string> find_uncommitted(const repo::Repository& repository, const Lane& lane) {
  const runner::LaneDescription& description = lane.description;
  const repo::DiskTree disk(description.files_directory.empty() ? description.project_directory
                                                                : description.files_directory);
  const std::set<RepoPath> modified = find_modified(repository, lane);
  std::vector<std::string> result;
  for (const RepoPath& path : states::find_existing_inputs(disk, lane.tree->states.graph, lane.index))
    if (modified.contains(path) || !lane.tree->tree->find(path)) result.push_back(path.str());
  return result;
}

void take_files_from(const repo::Repository& repository, const Options& options, Lane& lane) {
  Diagnostics ignored;  // what was wrong with that revision cannot be helped any more
  Options earlier = options;
  earlier.revision = comparison::CommitReach(repository, options.fetch_timeout).resolve(options.from);
  const LoadedTree& then = lane.tree.emplace(read_tree(repository, earlier, ignored, lane.trusted_config()));
  lane.index = find_state(then.states.graph, repository, options.state);
  const states::State& state = then.states.graph.states()[lane.index];
  const fs::path project = *repository.work_tree();
  lane.description = describe_lane(then, lane.index, project);
  refuse_local_state(state);
  const LoadedTree now = read_tree(repository, options, ignored, lane.trusted_config());
  lane.description.still_used_by = find_user_of(state, now);
  lane.files.emplace(*then.tree, project / ".statelane" / "private" / (lane.description.slug + ".files"));
  lane.description.files_directory = lane.files->directory();
}

/// False: the user's files have errors, and they are told.
bool take_present_files(const repo::Repository& repository, const Options& options, Lane& lane) {
  Diagnostics diagnostics;
  const LoadedTree& now = lane.tree.emplace(read_tree(repository, options, diagnostics, lane.trusted_config()));
  if (write_diagnostics(diagnostics, now.tree.get(), false)) return false;
  lane.index = find_state(now.states.graph, repository, options.state);
  lane.description = describe_lane(now, lane.index, *repository.work_tree());
  return true;
}

/// Before the lane's own log begins.
void tell_difference(const Lane& lane) {
  const std::string text = lane.trusted ? describe_difference(*lane.tree, *lane.trusted) : "";
  if (!text.empty()) fmt::print(stderr, "statelane: {}\n", escape_for_terminal(text));
}

}  // namespace

int run_lane(const Options& options, LaneVerb verb) {
  std::signal(SIGPIPE, SIG_IGN);  // a log that nobody reads any more must not become the exit code
  const repo::Repository repository = open_repository(options);
  if (!repository.work_tree())
    throw Error(ErrorKind::environment, "a bare repository has no files to run Terraform on");
  Lane lane;
  lane.trusted = find_trusted_config(repository, options);
  if (!options.from.empty()) {
    take_files_from(repository, options, lane);
  } else if (!take_present_files(repository, options, lane)) {
    return 1;
  }
  lane.description.checked_out = find_head(repository);
  lane.description.shared_place = describe_shared_place(*lane.tree, lane.index);
  tell_difference(lane);
  lane.description.find_uncommitted = [&] { return find_uncommitted(repository, lane); };
  const runner::JobEnvironment job = runner::read_job_environment();
  runner::RunOptions run = options.run;
  run.helper_version = STATELANE_VERSION;
  run.spare_memory = runner::find_spare_memory();
  const JobLedger ledger(repository, options, job, *lane.tree, lane.index);
  const std::string& id = lane.description.state_id;
  runner::ApplyQuestions questions;
  if (job.ci)
    questions.existed_at_base = [&] { return !ledger.was_never_applied() && existed_before(repository, options, id); };
  if (verb == LaneVerb::plan) {
    runner::PlanQuestions of_plan{.existed_at_base = questions.existed_at_base};
    if (ledger.is_on_apply_branch()) {
      of_plan.record_as_applied = [&] { return ledger.record_as_applied(); };
      of_plan.find_reviewed = [&] { return find_reviewed_plan(repository, options, job, lane.description); };
    }
    return runner::run_plan(lane.description, job, run, of_plan);
  }
  if (verb == LaneVerb::drift) return runner::run_drift(lane.description, job, run);
  run.destroy = verb == LaneVerb::destroy;
  questions.newest = [&] { return check_branch(repository, options, job.branch, job.commit, id); };
  if (job.ci) questions.ledger = [&] { return ledger.check(); };
  return runner::run_apply(lane.description, job, run, questions);
}

int run_drift_summary(const Options& /*options*/) { return runner::run_drift_summary(fs::current_path()); }

}  // namespace statelane::cli
