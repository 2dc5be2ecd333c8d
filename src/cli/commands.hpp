#pragma once

#include "cli/options.hpp"

namespace statelane::cli {

// Each command prints its answer on standard output, diagnostics on standard error, and returns the exit code. What
// stops it is thrown as `Error`.

int run_list(const Options& options);
int run_affected(const Options& options);

/// `affected --history N`
int run_history(const Options& options);

int run_why(const Options& options);
int run_inputs(const Options& options);
int run_graph(const Options& options);
int run_generate(const Options& options);
int run_lint(const Options& options);

/// `generate --static`, which reads one tree and compares nothing.
int run_generate_static(const Options& options);

/// `generate --drift`, which reads one tree and compares nothing.
int run_generate_drift(const Options& options);

/// `generate --from-plans`: the second stage.
int run_generate_gates(const Options& options);

int run_drift_summary(const Options& options);

/// The verbs of `run`.
enum class LaneVerb { plan, apply, destroy, drift };
int run_lane(const Options& options, LaneVerb verb);

/// `each`
int run_each(const Options& options);

/// `owners`
int run_owners(const Options& options);

/// `status`
int run_status(const Options& options);

int run_report(const Options& options);
int run_init(const Options& options);

/// The hidden jobs in effect, or their built-in texts to files.
int run_templates(const Options& options);

/// The configuration in effect.
int run_config(const Options& options);

int run_completion(const Options& options);
int run_man(const Options& options);

}  // namespace statelane::cli
