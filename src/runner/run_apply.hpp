#pragma once

#include "runner/job_environment.hpp"
#include "runner/lane.hpp"

namespace statelane::runner {

/// `run apply`: verifies that `<project>/.statelane/SLUG/plan.bin` is the plan that was reviewed and may still be
/// applied, then applies that file, once. It never plans. A plan without changes ends at once with 0. With
/// `options.destroy` (`run destroy`) only a plan made with it is accepted, without it only one made without it.
///
/// `questions.newest` is asked last, after all other guards. Returns Terraform's exit code, 0 for nothing to do, 128 +
/// n when a signal killed it or stopped the helper before it began. Throws `Error{refused}` with one sentence and the
/// fix when a guard strikes; not_found, cannot_execute, environment otherwise.
int run_apply(const LaneDescription& lane, const JobEnvironment& job, const RunOptions& options,
              const ApplyQuestions& questions);

}  // namespace statelane::runner
