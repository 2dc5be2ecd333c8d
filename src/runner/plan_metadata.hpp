#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/carried_files.hpp"
#include "runner/guards.hpp"
#include "runner/output_digests.hpp"
#include "runner/stored_state.hpp"

namespace statelane::runner {

/// What a plan was made of and for: `meta.json`, schema "statelane/meta/1", beside the plan file. The digests guard
/// against mix-ups, not against someone who may write artifacts.
struct PlanMetadata {
  std::string state{};
  std::string commit{};
  std::string root_pipeline{};
  bool destroy = false;  ///< made by `plan -destroy`
  bool has_changes = false;
  bool is_complete = true;  ///< without targets, exclusions and deferred changes
  bool waits = false;       ///< an earlier push left some of it, so that no gate of it opens by itself
  std::string applied{};    ///< the commit that was applied last when the pipeline was written; empty: not known
  bool was_empty = false;   ///< the state held nothing, and the plan creates something
  std::int64_t create = 0;
  std::int64_t update = 0;
  std::int64_t remove = 0;
  std::int64_t destroys = 0;         ///< deletes and replaces, once each
  std::string plan_digest{};         ///< SHA-256 of `plan.bin`; empty for a lane outside Terraform
  std::string report_digest{};       ///< of `plan.json`; empty: there is none
  std::string text_digest{};         ///< of `plan.txt`
  std::string review_digest{};       ///< of `review.json`; empty: there is none
  std::string certificate_digest{};  ///< of `certificate.json`; empty: there is none
  std::string inputs_digest{};
  std::string lock_file_digest{};  ///< empty: there is none
  std::string helper_version{};
  std::string tool{};       ///< as the lane calls it
  std::string tool_name{};  ///< as it calls itself; empty: it does not say
  std::string tool_version{};
  std::vector<std::string> var_files{};
  std::int64_t created = 0;  ///< seconds since 1970
  std::optional<std::int64_t> expires{};
  std::vector<std::string> passed_guards{};  ///< the options that passed a guard while planning
  StoredState stored_state{};                ///< where it was planned on
  std::vector<CarriedFile> files{};          ///< that go with the plan
  std::string checkout{};                    ///< the project's directory where the plan holds it, else empty
  std::string verdict{};                     ///< what it is against the plan that was reviewed; empty: not asked
  bool may_open_gate = false;                ///< by that verdict the gate may open by itself, where it is asked to
  std::map<std::string, std::string> unit_inputs{};  ///< digests of what Terragrunt gave as inputs
  bool has_mocks = false;                            ///< Terragrunt took mock outputs for those of a dependency
  SeenOutputs outputs{};  ///< digests of the outputs before the plan, its own and those that it read

  friend bool operator==(const PlanMetadata&, const PlanMetadata&) = default;
};

/// The text of `meta.json`. Bytes that are not UTF-8 are written as `\xNN`, also in the values that are compared later.
std::string render_metadata(const PlanMetadata& metadata);

/// Reads what `render_metadata` wrote. Throws `Error{refused}` when it is something else, of another schema, or differs
/// in any byte.
PlanMetadata parse_metadata(std::string_view text);

/// What is true now, where the plan is to be applied.
struct ApplyConditions {
  PlanMetadata now{};  ///< as `run plan` would write it; `tool_version` may be empty when it was not asked
  std::int64_t time = 0;
  std::string branch{};                                      ///< empty: not known
  std::optional<std::vector<std::string>> apply_branches{};  ///< absent: not checked
  bool is_recorded = false;                                  ///< GitLab keeps how this job ends
  bool in_merge_request = false;
  std::string deploy_freeze{};
  std::optional<std::int64_t> max_destroy{};
  bool is_lost_with_job = false;         ///< a CI job, and the state is stored among its files
  bool existed_at_base = false;          ///< the state was there before the change
  std::vector<Refusal> changed_files{};  ///< of the files that go with the plan
  std::string still_used_by{};           ///< another state whose backend is, or may be, that of the one to destroy
};

/// A CI job in which the state that was planned on is lost; `stored` says where it was planned on, empty: not known.
bool is_lost_with_job(const LaneDescription& lane, const JobEnvironment& job, const StoredState& stored);

/// Why such a job applies nothing.
inline constexpr std::string_view lost_with_job_text =
    "its backend is local, so that what an apply stores is lost with the job";

/// That a plan is made of what is made up.
inline constexpr std::string_view mocks_text =
    "it was planned with mock outputs of a dependency, which has no outputs yet";

/// That a state is empty that was there before the change.
inline constexpr std::string_view empty_state_text =
    "the state is empty though it is no new one: the plan would create everything again";

/// That a plan deletes and replaces more than configured.
std::string describe_destroys(std::int64_t count, std::int64_t most);

/// Every reason not to apply a plan, in the order of the guards, each one sentence with its fix.
std::vector<Refusal> find_refusals(const PlanMetadata& planned, const ApplyConditions& conditions);

}  // namespace statelane::runner
