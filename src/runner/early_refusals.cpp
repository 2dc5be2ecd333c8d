#include "runner/early_refusals.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "runner/dotenv.hpp"

namespace statelane::runner {

void refuse_other_checkout(const LaneDescription& lane, const JobEnvironment& job, const RunOptions& options) {
  const bool is_known = job.ci && !job.commit.empty() && !lane.checked_out.empty();
  if (!is_known || lane.checked_out == job.commit || options.passed.contains(Guard::commit)) return;
  throw Error(ErrorKind::refused,
              fmt::format("refused to run {}: commit {} is checked out, and this job is about {} (CI_COMMIT_SHA)",
                          lane.state_id, lane.checked_out.substr(0, 12), job.commit.substr(0, 12)),
              {"take GIT_STRATEGY: none and GIT_CHECKOUT: \"false\" out of the job's variables",
               fmt::format("to go on all the same: {}", way_past(Guard::commit, job.ci))});
}

void refuse_destroy_of_commands(const LaneDescription& lane, const RunOptions& options) {
  if (!lane.commands || !options.destroy) return;
  throw Error(ErrorKind::usage,
              fmt::format("{} is a lane outside Terraform; it has no command that destroys", lane.state_id));
}

void refuse_impossible_outputs(const LaneDescription& lane, const RunOptions& options) {
  check_dotenv_names(options.dotenv_outputs);
  if (lane.commands && !options.dotenv_outputs.empty())
    throw Error(ErrorKind::usage, fmt::format("{} is a lane outside Terraform; it has no outputs", lane.state_id));
}

}  // namespace statelane::runner
