#pragma once

#include <string>
#include <vector>

namespace statelane::emit {

/// What the parent pipeline has to suit.
struct ParentRequest {
  std::string image;            ///< of the generating job: statelane, git, a shell and Terraform
  std::string first_stage;      ///< where the child is generated
  std::string last_stage;       ///< where it is triggered
  bool is_included = false;     ///< the file is included by one that has stages and jobs of its own
  bool sets_workflow = true;    ///< nothing else says which pipelines there are, or this may be merged into it
  bool has_gates = false;       ///< applies too; otherwise plans only
  bool has_auto_cancel = true;  ///< the server knows `workflow:auto_cancel`
  bool has_mirror = false;      ///< … and `trigger:strategy: mirror`
  bool plans_pushes = false;    ///< no merge request starts a pipeline here, so that pushes to branches are planned
  /// What holds in pipelines for branches on which states are applied, as `rules:if` says it; at least one.
  std::vector<std::string> apply_conditions = {"$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"};
  /// The files of each child, equally many: more than one child, or file, where the states do not fit into one. The
  /// others' names begin as the first one's does, and go on with `-`.
  std::vector<std::vector<std::string>> child_files = {{"statelane.gitlab-ci.yml"}};
};

/// The parent pipeline: a job that generates the child pipelines of a commit, and a job for each that triggers it, with
/// comments.
std::string render_parent_pipeline(const ParentRequest& request);

/// The names of its jobs.
std::vector<std::string> parent_job_names(const ParentRequest& request);

/// `.statelane.yml` with every key in a comment, so that each is one keystroke away; as it stands it says nothing.
std::string render_starter_config();

}  // namespace statelane::emit
