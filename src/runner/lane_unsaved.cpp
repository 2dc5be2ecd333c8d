#include <fmt/format.h>

#include <chrono>

#include "base/escape.hpp"
#include "runner/lane_run.hpp"
#include "runner/shell_words.hpp"
#include "runner/unsaved_state.hpp"

namespace statelane::runner {

std::vector<Refusal> LaneRun::find_unsaved() {
  std::vector<Refusal> refusals;
  const std::vector<UnsavedState> all = find_unsaved_states(lane_, job_);
  if (all.empty()) return refusals;
  StateVersionReader stored;
  ask(state_pull_arguments(lane_, tool()), std::chrono::minutes(5), [&](std::string_view piece) { stored.add(piece); });
  const StateVersion now = stored.finish();
  const bool is_empty = now.lineage.empty() && now.serial == 0;
  const std::string place = is_empty ? "nothing is stored" : "the stored one has " + runner::describe(now);
  for (const UnsavedState& unsaved : all) {
    const std::string kept = escape_for_terminal(unsaved.file.string());
    if (holds(now, unsaved.version)) {
      files::remove(unsaved.file);
      log_.line(fmt::format("statelane: the state that job {} could not save is stored now; {} is removed", unsaved.job,
                            kept));
      continue;
    }
    refusals.push_back(
        {Guard::unsaved_state,
         fmt::format("job {} could not save the state ({}, unverified), which is kept on this runner in {}; {}",
                     unsaved.job, runner::describe(unsaved.version), kept, place),
         fmt::format("store it: {} state push {}; or remove the file when it is of no use", call_by_hand(lane_),
                     to_shell_words({unsaved.file.string()}))});
  }
  return refusals;
}

}  // namespace statelane::runner
