#include "cli/newest_commit.hpp"

#include <chrono>

#include "base/error.hpp"
#include "cli/open_facts.hpp"
#include "cli/read_trees.hpp"
#include "comparison/find_impact.hpp"
#include "repo/git_program.hpp"

namespace statelane::cli {

namespace {

using runner::BranchCheck;

constexpr std::chrono::seconds time_out{60};

/// An input of the state that differs between the two commits; empty when none does.
std::string find_difference(const repo::Repository& repository, const Options& options, const repo::CommitId& commit,
                            const repo::CommitId& tip, const std::string& id) {
  facts::FactStore facts = open_facts(repository, options);
  Diagnostics ignored;
  const LoadedTree base = comparison::load_tree(repository.commit_tree(commit), facts, ignored);
  const LoadedTree head = comparison::load_tree(repository.commit_tree(tip), facts, ignored);
  facts.save();
  const repo::ChangeSet changes = repo::diff_trees(base.tree.get(), head.tree.get());
  const impact::Impact impact = find_impact(base, head, changes, true, facts);
  const impact::Affected* affected = impact.find(id);
  if (affected == nullptr) return "";
  return affected->causes.front().front().path.value().display();  // a chain's first step is the changed path
}

BranchCheck compare_with_tip(const repo::Repository& repository, const Options& options, const std::string& branch,
                             const repo::CommitId& commit, const std::string& id) {
  const auto tip = repository.remote_branch_tip(branch, time_out);
  if (!tip) return {BranchCheck::Result::gone, branch, ""};
  if (*tip == commit) return {BranchCheck::Result::newest, branch, ""};
  if (!repository.fetch_branch(branch, time_out) || !repository.find_commit(*tip)) {
    return {BranchCheck::Result::cannot_tell, branch, "the tip of the branch cannot be fetched", true};
  }
  if (!repository.is_ancestor(commit, *tip)) return {BranchCheck::Result::not_contained, branch, ""};
  const std::string difference = find_difference(repository, options, commit, *tip, id);
  if (difference.empty()) return {BranchCheck::Result::same_inputs, branch, ""};
  return {BranchCheck::Result::inputs_differ, branch, difference};
}

}  // namespace

BranchCheck check_branch(const repo::Repository& repository, const Options& options, const std::string& branch,
                         const repo::CommitId& commit, const std::string& id) {
  if (branch.empty()) return {BranchCheck::Result::cannot_tell, "", "no branch is known (CI_COMMIT_BRANCH)"};
  try {
    return compare_with_tip(repository, options, branch, commit, id);
  } catch (const Error& error) {
    const bool is_git_missing = !error.hints().empty() && error.hints().front() == repo::git_missing_hint;
    return {BranchCheck::Result::cannot_tell, branch, error.what(), !is_git_missing};
  }
}

}  // namespace statelane::cli
