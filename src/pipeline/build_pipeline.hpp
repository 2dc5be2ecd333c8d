#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/changed_path.hpp"
#include "base/diagnostics.hpp"
#include "config/config.hpp"
#include "gitlab/pipeline_kind.hpp"
#include "gitlab/version.hpp"
#include "impact/impact.hpp"
#include "pipeline/pipeline.hpp"
#include "pipeline/template_set.hpp"
#include "states/state_graph.hpp"

namespace statelane::pipeline {

/// Two commits that were compared, and why these.
struct ComparedCommits {
  std::string base;         ///< empty: the empty tree, or none
  std::string base_reason;  ///< `push-before` and its like
  std::string base_text;    ///< the reason as a phrase
  std::string head;         ///< empty: a work tree
  bool is_push = false;     ///< base is CI_COMMIT_BEFORE_SHA, so that GitLab compares the same two commits
  bool is_staged = false;   ///< without a head: the index instead of the work tree
};

/// What the pipeline is for: everything that does not come from the repository's trees.
struct PipelineRequest {
  std::string tool_version;  ///< of this program
  std::string command_line;  ///< that writes the same file again
  ComparedCommits comparison;
  std::vector<ChangedPath> changes;  ///< sorted by path

  gitlab::PipelineKind kind = gitlab::PipelineKind::local;  ///< of the pipeline whose child this is
  gitlab::Version server = gitlab::assumed_version;
  bool is_protected = true;    ///< the pipeline's branch or tag is a protected one
  std::string branch;          ///< empty in pipelines for tags and merge requests
  std::string default_branch;  ///< empty: not known, and so no apply job without configured branches
  std::string root_pipeline;   ///< id; plans and applies of one root pipeline belong together. Empty: left out
  std::string shared;          ///< what the child's jobs have as STATELANE_SHARED; empty: nothing
  std::string config_from;     ///< what the child's jobs take for `--config-from`; empty: nothing
  std::vector<std::string> executed_changes;  ///< what the change does to what jobs execute, a line each
  std::string image;                          ///< default image of the child's jobs; empty: left out

  bool offers_pending = false;            ///< though no push started it: what was merged and not applied
  bool gates = true;                      ///< false: plans only, whatever the branch
  std::optional<config::Gates> gates_of;  ///< stronger than the configuration
  std::optional<config::Jobs> jobs;       ///< stronger than the configuration
  std::optional<config::ChangesKeyword> changes_keyword;  ///< stronger than the configuration
  bool has_room_for_changes = true;               ///< false: with them the files would be larger than GitLab takes
  std::map<std::string, std::string> lock_files;  ///< state id → content id of its `.terraform.lock.hcl`; absent: none
  std::map<std::string, std::vector<std::string>> notices;  ///< what people have to know: warning job → its lines
  std::map<std::string, std::string> applied{};   ///< state id → the commit that was applied last; absent: not known
  std::map<std::string, std::string> successors;  ///< a deleted state → the new one that took most of its files
  bool has_report = false;                        ///< a job after the plans makes a page of them
  std::map<std::string, std::string> report_variables;  ///< that let it compare what is compared here
  std::size_t child = 0;                                ///< which of several children this is, from 1; 0: the only one
  std::string nothing_reason;  ///< why nothing runs, when nothing is affected; empty: no state differs
};

/// The child pipeline of one commit: a plan job and, on pushes to its apply branches, a gated apply job for each
/// affected state that is in head; one job that says why when there is none.
///
/// States that left (deleted, retired) get a warning job; with `deleted: destroy-gate` a deleted state whose place
/// nobody else uses is planned to be destroyed, behind a gate. Ids that GitLab cannot carry are errors. The result
/// obeys GitLab's rules except for sizes; `check_pipeline` proves that it does.
Pipeline build_pipeline(const PipelineRequest& request, const impact::Impact& impact, const states::StateGraph& base,
                        const states::StateGraph& head, const TemplateSet& templates, const config::Config& config,
                        Diagnostics& diagnostics);

}  // namespace statelane::pipeline
