#include "runner/plan_metadata.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "gitlab/branches.hpp"
#include "runner/utf8_text.hpp"

namespace statelane::runner {

namespace {

std::string time_text(std::int64_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02} UTC", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min);
}

std::string name_of(const std::string& commit) {
  return commit.empty() ? "an unknown commit" : "commit " + commit.substr(0, 12);
}

/// `fmt` of what may be missing.
std::string or_none(const std::string& text) { return text.empty() ? "none" : text; }

/// Collects the refusals of one plan.
class Verifier {
 public:
  Verifier(const PlanMetadata& planned, const ApplyConditions& conditions)
      : planned_(planned), conditions_(conditions), now_(conditions.now) {}

  std::vector<Refusal> find() {
    check_local_state();
    check_identity();
    check_files();
    check_tool();
    check_time_and_place();
    return std::move(refusals_);
  }

 private:
  void refuse(Guard guard, std::string message, std::string fix) {
    refusals_.push_back({guard, std::move(message), std::move(fix)});
  }

  void check_local_state() {
    if (!conditions_.is_lost_with_job) return;
    refuse(Guard::local_state, std::string(lost_with_job_text),
           "give the state a backend, or write \"local_state: kept\" in its rule of .statelane.yml where the directory "
           "outlives the job");
  }

  void check_identity() {
    const std::string state = to_utf8(now_.state);
    if (planned_.state != state) {
      refuse(Guard::state, fmt::format("the plan is of state '{}', not of '{}'", planned_.state, state),
             "let the apply job need the plan job of its own state");
    }
    if (planned_.destroy != now_.destroy) {
      refuse(
          Guard::state,
          planned_.destroy ? "the plan destroys the state, and this is no destroy job"
                           : "the plan does not destroy the state, and this is a destroy job",
          planned_.destroy ? "apply it with 'statelane run destroy'" : "make it with 'statelane run plan --destroy'");
    }
    if (planned_.commit != now_.commit) {
      refuse(Guard::commit,
             fmt::format("the plan was made for {}, and this job is at {}", name_of(planned_.commit),
                         name_of(now_.commit)),
             "run the plan job of this pipeline, then this job");
    }
    if (planned_.root_pipeline != now_.root_pipeline) {
      refuse(Guard::pipeline,
             fmt::format("the plan was made in pipeline {}, and this job belongs to pipeline {}",
                         or_none(planned_.root_pipeline), or_none(now_.root_pipeline)),
             "run the plan job of this pipeline, then this job");
    }
  }

  void check_files() {
    if (planned_.plan_digest != now_.plan_digest) {
      refuse(Guard::plan_file, "the plan file is not the one that was planned: its digest differs",
             "retry the plan job and review its plan");
    }
    check_shown("plan.txt", planned_.text_digest, now_.text_digest);
    check_shown("plan.json", planned_.report_digest, now_.report_digest);
    check_shown("review.json", planned_.review_digest, now_.review_digest);
    check_shown("certificate.json", planned_.certificate_digest, now_.certificate_digest);
    if (planned_.inputs_digest != now_.inputs_digest || planned_.var_files != to_utf8(now_.var_files)) {
      refuse(Guard::inputs, "the files that the state depends on differ from those that were planned",
             "look for a job script that changes files before 'statelane run', then retry the plan job");
    }
    if (planned_.lock_file_digest != now_.lock_file_digest) {
      refuse(Guard::lock_file,
             now_.lock_file_digest.empty()
                 ? "the dependency lock file that was planned with is missing among the artifacts of the plan job"
                 : "planned with other provider versions: the dependency lock file .terraform.lock.hcl differs",
             "retry the plan job");
    }
    refusals_.insert(refusals_.end(), conditions_.changed_files.begin(), conditions_.changed_files.end());
    if (!planned_.checkout.empty() && planned_.checkout != now_.checkout) {
      refuse(Guard::directory,
             fmt::format("the plan holds the directory of its checkout, {}, and this job runs in {}", planned_.checkout,
                         now_.checkout),
             "use path.module and path.root, which are relative, instead of path.cwd and abspath(), or let both jobs "
             "run in one directory");
    }
  }

  /// What people saw of the plan. It may be left out of the artifacts.
  void check_shown(std::string_view name, const std::string& planned, const std::string& now) {
    if (now.empty() || now == planned) return;
    refuse(Guard::plan_file, fmt::format("{} is not what was written with the plan: its digest differs", name),
           "retry the plan job and review its plan");
  }

  void check_tool() {
    const bool are_named = !planned_.tool_name.empty() && !now_.tool_name.empty();
    const bool is_other_tool = are_named ? planned_.tool_name != now_.tool_name : planned_.tool != to_utf8(now_.tool);
    if (!is_other_tool && (now_.tool_version.empty() || planned_.tool_version == now_.tool_version)) return;
    const auto name = [&](const PlanMetadata& side) { return are_named ? side.tool_name : to_utf8(side.tool); };
    refuse(Guard::tool_version,
           fmt::format("the plan was made by {} {}, and this job has {} {}", name(planned_), planned_.tool_version,
                       name(now_), now_.tool_version),
           "use the same image in both jobs, or retry the plan job");
  }

  void check_time_and_place() {
    if (planned_.expires && conditions_.time > *planned_.expires) {
      refuse(Guard::expiry, fmt::format("the plan expired at {}", time_text(*planned_.expires)),
             "retry the plan job and review its plan");
    }
    if (conditions_.in_merge_request) {
      refuse(Guard::branch, "this is a merge request pipeline, and its code is not merged yet",
             "merge, and apply in the pipeline of the target branch");
    } else if (const auto& branches = conditions_.apply_branches;
               branches && !gitlab::is_apply_branch(*branches, conditions_.branch)) {
      refuse(Guard::branch,
             fmt::format("the state is applied on {}, and this job is on {}",
                         branches->empty() ? "no branch" : fmt::format("{}", fmt::join(*branches, ", ")),
                         conditions_.branch.empty() ? "no branch" : conditions_.branch),
             "merge, or name the branch under apply.branches in .statelane.yml");
    }
    if (!conditions_.deploy_freeze.empty()) {
      refuse(Guard::deploy_freeze, "a deploy freeze is on (CI_DEPLOY_FREEZE is set)",
             "start this job again when it is over");
    }
    if (conditions_.max_destroy && planned_.destroys > *conditions_.max_destroy && !planned_.destroy) {
      refuse(Guard::max_destroy, describe_destroys(planned_.destroys, *conditions_.max_destroy),
             "read the plan; if that is meant, start this job with --allow-destroy");
    }
    if (!planned_.is_complete && conditions_.is_recorded) {
      refuse(
          Guard::complete_plan,
          "the plan is not complete (targets, or deferred changes), and GitLab would take all of it for applied",
          "plan without -target and -exclude, or start this job with --allow-incomplete: it fails after the apply, so "
          "that the state is offered again");
    }
    if (planned_.was_empty && conditions_.existed_at_base) {
      refuse(Guard::empty_state, std::string(empty_state_text),
             "check the backend's address and its key; if the state was never applied, start this job with "
             "--allow-empty-state");
    }
    if (planned_.destroy && !conditions_.still_used_by.empty()) {
      refuse(Guard::still_used,
             fmt::format("state '{}' has, or may have, the same backend: its resources would be destroyed",
                         conditions_.still_used_by),
             "give the two states different backends, or leave the resources to that state");
    }
  }

  const PlanMetadata& planned_;
  const ApplyConditions& conditions_;
  const PlanMetadata& now_;
  std::vector<Refusal> refusals_;
};

}  // namespace

bool is_lost_with_job(const LaneDescription& lane, const JobEnvironment& job, const StoredState& stored) {
  if (!job.ci || lane.commands || lane.keeps_local_state) return false;
  // What `init` settled on counts: files that the job makes may give the state another backend.
  const auto type = stored.find("type");
  return type == stored.end() ? lane.is_stored_among_files : type->second == "local";
}

std::string describe_destroys(std::int64_t count, std::int64_t most) {
  return fmt::format("the plan deletes or replaces {} {}, and max_destroy is {}", count,
                     count == 1 ? "resource" : "resources", most);
}

std::vector<Refusal> find_refusals(const PlanMetadata& planned, const ApplyConditions& conditions) {
  return Verifier(planned, conditions).find();
}

}  // namespace statelane::runner
