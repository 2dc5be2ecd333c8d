#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "repo/tree.hpp"

namespace statelane::cli {

/// Where something is written.
struct PipelinePlace {
  RepoPath path;
  SourceRange range;
};

/// An entry of `workflow:rules`, or `workflow` as a whole, that may start pipelines whose commit a newer one cancels.
struct Cancellable {
  PipelinePlace place;
  std::string condition;       ///< its `if`; empty: none
  bool is_for_pushes = false;  ///< it starts nothing but pushes to the default branch
  bool has_more_keys = false;  ///< beside `if`, `when` and `auto_cancel`
};

/// A pipeline file that is there already, as GitLab puts it together with its local includes: what two jobs more have
/// to suit.
struct ExistingPipeline {
  std::vector<std::string> stages;  ///< in their order, without `.pre` and `.post`; at least one
  bool is_partly_unseen = false;    ///< something that it includes is not in this tree
  std::vector<std::pair<std::string, PipelinePlace>> jobs;  ///< all top-level names, hidden jobs and keywords too

  bool has_workflow_rules = false;
  PipelinePlace workflow;       ///< of `workflow:rules`
  bool starts_pushes = true;    ///< its workflow lets pushes to the default branch start pipelines
  bool starts_branches = true;  ///< … pushes to other branches
  bool starts_merge_requests = true;
  std::vector<Cancellable> cancellable;  ///< of `workflow:rules`: what starts pipelines of the default branch

  bool is_never_cancelled = false;  ///< `workflow:auto_cancel:on_new_commit: none` without rules
  std::vector<std::pair<std::string, PipelinePlace>> lost_jobs;  ///< visible jobs in a stage that is not there
  std::vector<std::string> unruled_jobs;                         ///< visible jobs with neither `rules` nor `only`
  std::vector<std::string> default_tags;                         ///< of `default`
  std::vector<std::string> variable_names;                       ///< global ones
};

/// Reads the pipeline file at `path` as if files had these texts, `init`'s own and what it changes. Nothing, and an
/// error with the reason, where GitLab could not read it.
std::optional<ExistingPipeline> read_existing_pipeline(const repo::Tree& tree, const RepoPath& path,
                                                       const std::map<RepoPath, std::string>& texts,
                                                       const std::string& default_branch, Diagnostics& diagnostics);

}  // namespace statelane::cli
