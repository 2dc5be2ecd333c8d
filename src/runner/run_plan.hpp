#pragma once

#include <functional>

#include "runner/job_environment.hpp"
#include "runner/lane.hpp"

namespace statelane::runner {

/// `run plan`: init, plan, and what the gate and the apply need, in `<project>/.statelane/SLUG/`: `plan.bin`,
/// `plan.json` (the counts for GitLab's widget), `plan.txt` (what Terraform printed, without colours) and, last,
/// `meta.json`. Writes the log to standard output. A lane outside Terraform runs its `plan` command and leaves
/// `plan.txt` and `meta.json`.
///
/// Returns the exit code: 0 with or without changes (2 with changes and `detailed_exit_code`), Terraform's own code
/// when it fails, 128 + n when a signal killed it or stopped the helper before it began. Unless it returns 0 or 2 there
/// is no plan file, no counts and no metadata, also none of an earlier run. Throws `Error`: not_found, cannot_execute,
/// refused, environment.
///
/// A plan that has nothing to do, is complete and has looked at the world is what `questions.record_as_applied` is
/// asked after.
int run_plan(const LaneDescription& lane, const JobEnvironment& job, const RunOptions& options,
             const PlanQuestions& questions = {});

/// `run drift`: plans without a lock and keeps nothing but `plan.txt` and `drift.json`, so that nothing can be applied.
/// 0 when configuration, state and world agree, 2 when they do not, else as `run_plan`.
int run_drift(const LaneDescription& lane, const JobEnvironment& job, const RunOptions& options);

}  // namespace statelane::runner
