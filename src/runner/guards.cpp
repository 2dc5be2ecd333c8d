#include "runner/guards.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace statelane::runner {

namespace {

struct GuardText {
  Guard guard;
  std::string_view option;
  std::string_view help;
};

constexpr std::array guard_texts = {
    GuardText{Guard::local_state, "--allow-local-state", "apply in a CI job though the state is lost with it"},
    GuardText{Guard::job_token, "--allow-job-token", "run although another server would get the job's token"},
    GuardText{Guard::state, "--allow-other-state", "apply a plan that names another state"},
    GuardText{Guard::commit, "--allow-other-commit",
              "plan or apply although another commit is checked out, or was planned"},
    GuardText{Guard::pipeline, "--allow-other-pipeline", "apply a plan of another pipeline"},
    GuardText{Guard::plan_file, "--allow-other-plan", "apply a plan file that differs from its metadata"},
    GuardText{Guard::inputs, "--allow-other-inputs", "apply although the state's inputs differ from those planned"},
    GuardText{Guard::lock_file, "--allow-other-lock-file", "apply with another dependency lock file"},
    GuardText{Guard::stored_state, "--allow-other-backend", "apply where the backend keeps another state"},
    GuardText{Guard::files, "--allow-other-files",
              "plan or apply although files that git does not have are too large to travel, or differ"},
    GuardText{Guard::directory, "--allow-other-directory", "apply in another directory than the plan holds"},
    GuardText{Guard::tool_version, "--allow-other-version", "apply with another version of the tool"},
    GuardText{Guard::expiry, "--allow-expired", "apply a plan whose time is over"},
    GuardText{Guard::newest_commit, "--newest-commit off", "apply although the branch may have moved on"},
    GuardText{Guard::branch, "--allow-branch", "apply outside the apply branches, or in a merge request pipeline"},
    GuardText{Guard::deploy_freeze, "--allow-freeze", "apply during a deploy freeze"},
    GuardText{Guard::max_destroy, "--allow-destroy", "apply more deletes and replaces than max_destroy"},
    GuardText{Guard::empty_state, "--allow-empty-state", "apply although the state is empty"},
    GuardText{Guard::changed_outputs, "--allow-changed-outputs",
              "apply although outputs that the plan read have changed, or an apply that comes first failed"},
    GuardText{Guard::unsaved_state, "--allow-unsaved-state",
              "plan or apply although a state that an earlier job could not save is kept on this runner"},
    GuardText{Guard::complete_plan, "--allow-incomplete",
              "apply a plan with targets; the job fails afterwards, so that GitLab does not take all for applied"},
    GuardText{Guard::applied_since, "--allow-applied-since", "apply although another commit was applied since"},
    GuardText{Guard::still_used, "--allow-still-used", "destroy although another state may have the same backend"},
};

const GuardText& text_of(Guard guard) { return guard_texts[static_cast<std::size_t>(guard)]; }

constexpr bool is_indexed_by_guard() {
  for (std::size_t index = 0; index < guard_texts.size(); ++index) {
    if (static_cast<std::size_t>(guard_texts[index].guard) != index) return false;
  }
  return guard_texts.size() == static_cast<std::size_t>(Guard::still_used) + 1;
}
static_assert(is_indexed_by_guard());

constexpr auto guards_in_order = [] {
  std::array<Guard, guard_texts.size()> result{};
  for (std::size_t index = 0; index < result.size(); ++index) result[index] = guard_texts[index].guard;
  return result;
}();

}  // namespace

std::string_view option_of(Guard guard) { return text_of(guard).option; }

std::string way_past(Guard guard, bool in_job) {
  const std::string option(option_of(guard));
  if (!in_job) return option;
  const std::size_t space = option.find(' ');
  std::string variable = "STATELANE_OPT_";
  for (const char letter : option.substr(2, space == std::string::npos ? space : space - 2))
    variable += letter == '-' ? '_' : static_cast<char>(letter - 'a' + 'A');
  return fmt::format("{}, or start the job with the variable {}={}", option, variable,
                     space == std::string::npos ? "true" : option.substr(space + 1));
}

std::string_view help_of(Guard guard) { return text_of(guard).help; }

std::span<const Guard> all_guards() { return guards_in_order; }

Sifted sift(std::vector<Refusal> refusals, const std::set<Guard>& passed) {
  const auto passed_begin = std::stable_partition(
      refusals.begin(), refusals.end(), [&](const Refusal& refusal) { return !passed.contains(refusal.guard); });
  return {{std::make_move_iterator(refusals.begin()), std::make_move_iterator(passed_begin)},
          {std::make_move_iterator(passed_begin), std::make_move_iterator(refusals.end())}};
}

}  // namespace statelane::runner
