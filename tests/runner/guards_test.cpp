#include "runner/guards.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

namespace {

using statelane::runner::Guard;

TEST_CASE("each guard has one option, whose help says what is done in spite of it") {
  std::vector<std::string> texts;
  for (const Guard guard : statelane::runner::all_guards())
    texts.push_back(fmt::format("{}: {}", statelane::runner::option_of(guard), statelane::runner::help_of(guard)));
  CHECK(texts ==
        std::vector<std::string>{
            "--allow-local-state: apply in a CI job though the state is lost with it",
            "--allow-job-token: run although another server would get the job's token",
            "--allow-other-state: apply a plan that names another state",
            "--allow-other-commit: plan or apply although another commit is checked out, or was planned",
            "--allow-other-pipeline: apply a plan of another pipeline",
            "--allow-other-plan: apply a plan file that differs from its metadata",
            "--allow-other-inputs: apply although the state's inputs differ from those planned",
            "--allow-other-lock-file: apply with another dependency lock file",
            "--allow-other-backend: apply where the backend keeps another state",
            "--allow-other-files: plan or apply although files that git does not have are too "
            "large to travel, or differ",
            "--allow-other-directory: apply in another directory than the plan holds",
            "--allow-other-version: apply with another version of the tool",
            "--allow-expired: apply a plan whose time is over",
            "--newest-commit off: apply although the branch may have moved on",
            "--allow-branch: apply outside the apply branches, or in a merge request pipeline",
            "--allow-freeze: apply during a deploy freeze",
            "--allow-destroy: apply more deletes and replaces than max_destroy",
            "--allow-empty-state: apply although the state is empty",
            "--allow-changed-outputs: apply although outputs that the plan read have changed, or "
            "an apply that comes first failed",
            "--allow-unsaved-state: plan or apply although a state that an earlier job could not save is kept on "
            "this runner",
            "--allow-incomplete: apply a plan with targets; the job fails afterwards, so that GitLab does not take all "
            "for applied",
            "--allow-applied-since: apply although another commit was applied since",
            "--allow-still-used: destroy although another state may have the same backend"});
}

TEST_CASE("refusals whose guard is passed are split off, and both parts keep their order") {
  const auto refusal = [](Guard guard, std::string message) {
    return statelane::runner::Refusal{guard, std::move(message), "fix"};
  };
  const auto one = refusal(Guard::commit, "one"), two = refusal(Guard::branch, "two"),
             three = refusal(Guard::expiry, "three"), four = refusal(Guard::inputs, "four");
  using Refusals = std::vector<statelane::runner::Refusal>;
  const auto sifted = statelane::runner::sift({one, two, three, four}, {Guard::branch, Guard::inputs});
  CHECK(sifted.standing == Refusals{one, three});
  CHECK(sifted.passed == Refusals{two, four});
  CHECK(statelane::runner::sift({one, two}, {}).standing == Refusals{one, two});
  CHECK(statelane::runner::sift({one, two}, {Guard::commit, Guard::branch}).standing.empty());
}

}  // namespace

TEST_CASE("in a job the variable is named beside the option") {
  CHECK(way_past(Guard::empty_state, false) == "--allow-empty-state");
  CHECK(way_past(Guard::empty_state, true) ==
        "--allow-empty-state, or start the job with the variable STATELANE_OPT_ALLOW_EMPTY_STATE=true");
  CHECK(way_past(Guard::newest_commit, true) ==
        "--newest-commit off, or start the job with the variable STATELANE_OPT_NEWEST_COMMIT=off");
}
