#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runner/guards.hpp"
#include "runner/reviewed_plan.hpp"

namespace statelane::runner {

/// The commands of a lane outside Terraform, each an argument vector; they run in the lane's directory.
struct LaneCommands {
  std::vector<std::string> plan{};
  std::vector<std::string> apply{};
};

/// An address that Terraform asks with the user and password of its environment.
struct OpenAddress {
  std::string address{};  ///< its known beginning
  std::string place{};    ///< where it is written: `net/main.tf:3`
};

/// One state's lane as plain values: what `run plan` and `run apply` have to know of it. Both get it from the same
/// scan, so that two jobs cannot differ. Paths are bytes.
struct LaneDescription {
  std::string state_id{};
  std::string slug{};                         ///< the directory name of its artifacts: `[A-Za-z0-9._-]+`
  std::filesystem::path project_directory{};  ///< the top of the work tree, absolute: artifacts lie below it
  std::filesystem::path files_directory{};    ///< the top of the files to run on, absolute; empty: the work tree
  std::string directory{};                    ///< the state directory relative to it; empty or `.` for the root
  std::vector<std::string> var_files{};       ///< relative to the state directory, in order
  std::vector<std::string> backend_config{};  ///< `-backend-config`, in order: files, relative to the state directory,
                                              ///< and settings
  std::map<std::string, std::string> variables{};  ///< set over what the job's environment says
  std::optional<std::string> workspace{};
  std::string tool = "terraform";  ///< a name on PATH, or a path relative to the state directory
  bool is_unit = false;            ///< Terragrunt prepares the module that the tool then runs
  std::string stack{};             ///< relative: where Terragrunt first makes the state directory; empty: it is there
  std::string backend_type{};      ///< as Terraform spells it (`http`, `s3`, `cloud` …); empty: not known
  std::optional<std::string> backend_address{};  ///< the http backend's address where the configuration states it
  std::vector<OpenAddress> open_addresses{};     ///< of stored states that it reads and of its lock
  std::string shared_place{};  ///< that a variable of all jobs keeps other states where this one is; empty: none does
  std::string gitlab_state{};  ///< the name that GitLab keeps an http state under when nothing gives its address
  std::set<std::string> identity_settings{};  ///< settings of its backend that tell one stored state from another
  bool has_ephemeral_variables = false;       ///< the configuration declares variables that no plan keeps
  std::optional<LaneCommands> commands{};     ///< set: a lane outside Terraform
  std::vector<std::string> after_plan{};      ///< an argument vector; `{plan_json}` becomes the path of the plan's JSON
  std::optional<std::int64_t> max_destroy{};
  bool is_stored_among_files = false;         ///< no backend, or the local one, as the configuration says
  bool keeps_local_state = false;             ///< what is stored among the files is still there for the next job
  std::vector<std::string> apply_branches{};  ///< where applies may run; checked in CI only
  std::string still_used_by{};                ///< destroy: another state whose backend is, or may be, the same one
  std::string checked_out{};                  ///< the commit of the work tree; empty: not known
  std::string inputs_digest{};                ///< of everything the state depends on, at the commit that is checked out
  std::optional<std::chrono::seconds> plan_life{};  ///< how long a plan may be applied; empty: as long as it is there
  std::optional<std::vector<std::string>> read_outputs{};  ///< names of other states' outputs that the state refers to
                                                           ///< anywhere; empty: not known, then all count
  /// The files that the state reads and git does not have as they are on disk now: not in the commit, or there with
  /// other bytes. Relative to the top of the files.
  std::function<std::vector<std::string>()> find_uncommitted{};
};

/// What the command line says about one run.
struct RunOptions {
  std::string helper_version{};
  std::set<Guard> passed{};         ///< guards that the user passes by their options
  bool detailed_exit_code = false;  ///< plan: 2 when there are changes
  bool destroy = false;             ///< plan: destroy everything; apply: accept only such a plan
  bool keep_plan_file = true;       ///< plan: leave what can be applied, and not only what a report reads
  std::optional<bool> lock{};       ///< plan: take the state lock; empty: not in merge request pipelines
  std::chrono::seconds lock_time_out{300};
  int init_attempts = 4;                         ///< tries of `init` when the network or a registry fails
  std::chrono::milliseconds retry_wait{2000};    ///< before the second try; doubled for each further one, with jitter
  std::chrono::milliseconds settle_time{2000};   ///< how long to look for Terraform's own notice before interrupting it
  std::chrono::milliseconds answer_time{60000};  ///< how long the tool may take to tell its version
  std::uint64_t log_limit = std::uint64_t{4} << 20;  ///< bytes after which the runner cuts a job's log
  std::uint64_t spare_memory = 0;             ///< bytes; where there are many, what only reads is made faster by it
  std::vector<std::string> dotenv_outputs{};  ///< apply: outputs to write to `outputs.env`
};

/// What git says about the branch that the commit came from, asked just before an apply.
struct BranchCheck {
  enum class Result {
    newest,         ///< the commit is the branch's tip
    same_inputs,    ///< the branch has moved on, but nothing this state depends on differs
    inputs_differ,  ///< it has moved on, and this state's inputs differ at its tip
    gone,           ///< the branch is not there any more
    not_contained,  ///< the branch no longer contains the commit
    cannot_tell,    ///< no git, no remote, no answer
  } result = Result::newest;
  std::string branch{};
  std::string detail{};   ///< `inputs_differ`: an input that differs; `cannot_tell`: the reason
  bool may_pass = false;  ///< `cannot_tell`: origin gave no answer, and may give one later
};

/// What GitLab says of earlier applies of the state, asked just before one.
struct LedgerCheck {
  std::string applied_since{};         ///< why this commit is not to be applied any more, a sentence; empty: it may be
  std::vector<std::string> remarks{};  ///< what could not be told, and what else there is to say
};

/// What a plan asks when it has found nothing to do.
struct PlanQuestions {
  /// Records in GitLab that the commit is applied, where that is true and allowed. Returns what to say of it.
  std::function<std::string()> record_as_applied{};
  std::function<bool()> existed_at_base{};  ///< the state was there before the change; asked where it is empty
  /// The plan that was reviewed before the commit was merged; asked where there is something to apply. Empty: nobody is
  /// to be asked.
  std::function<ReviewedPlan()> find_reviewed{};
};

/// What an apply asks of git, each at most once and only where the answer counts.
struct ApplyQuestions {
  std::function<BranchCheck()> newest{};    ///< at the last moment before the apply
  std::function<LedgerCheck()> ledger{};    ///< after that; empty: nobody can be asked
  std::function<bool()> existed_at_base{};  ///< the state was there before the change; empty: not to be asked
};

}  // namespace statelane::runner
