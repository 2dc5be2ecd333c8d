#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace statelane::runner {

/// What the job helper checks before it lets Terraform change anything. Each guard has one option that passes it; its
/// use is printed in the log and kept in the metadata.
enum class Guard {
  local_state,      ///< the state is not stored in the job, where it would be lost
  job_token,        ///< Terraform sends the job's token to this GitLab only
  state,            ///< the plan is of this state
  commit,           ///< … and of this commit
  pipeline,         ///< … and of this root pipeline
  plan_file,        ///< the plan file is the one that was reviewed
  inputs,           ///< the state's inputs are those that were planned
  lock_file,        ///< so is the dependency lock file
  stored_state,     ///< so is what tells one stored state from another: the backend's settings, the workspace
  files,            ///< so are files that the state reads and git does not have
  directory,        ///< so is the directory of the checkout, where the plan holds it
  tool_version,     ///< so is the version of the tool
  expiry,           ///< the plan is not too old
  newest_commit,    ///< the branch has not moved on in this state's inputs
  branch,           ///< applies happen on the apply branches, not in merge requests
  deploy_freeze,    ///< CI_DEPLOY_FREEZE is not set
  max_destroy,      ///< not more deletes and replaces than configured
  empty_state,      ///< the state is not suddenly empty
  changed_outputs,  ///< no output of another state that the plan read has changed since
  unsaved_state,    ///< no earlier job of this runner keeps a state that it could not save
  complete_plan,    ///< the plan is the whole of what the configuration asks
  applied_since,    ///< no other commit was applied since that this one does not contain
  still_used,       ///< no other state has, or may have, the backend of the one that is destroyed
};

/// The name of the option that passes a guard, with its dashes: `--allow-other-commit`; for `newest_commit` it is
/// `--newest-commit off`.
std::string_view option_of(Guard guard);

/// How to pass a guard: its option, and in a job, where nobody types options, the variable that stands for it.
std::string way_past(Guard guard, bool in_job);

/// One sentence for `--help`: what the option lets through.
std::string_view help_of(Guard guard);

/// Every guard, in the order of the enumeration.
std::span<const Guard> all_guards();

/// Why the helper does not go on, and what to do about it.
struct Refusal {
  Guard guard = Guard::state;
  std::string message;  ///< one sentence, lower case, no full stop
  std::string fix;

  friend bool operator==(const Refusal&, const Refusal&) = default;
};

/// Splits off the refusals whose guard is in `passed`.
struct Sifted {
  std::vector<Refusal> standing;
  std::vector<Refusal> passed;
};
Sifted sift(std::vector<Refusal> refusals, const std::set<Guard>& passed);

}  // namespace statelane::runner
