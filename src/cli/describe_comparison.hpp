#pragma once

#include "cli/read_trees.hpp"
#include "pipeline/build_pipeline.hpp"

namespace statelane::cli {

/// The two ends as plain values for output.
pipeline::ComparedCommits describe_comparison(const Comparison& comparison);

/// Says loudly, on standard error, which changed infrastructure files are no state's input; not again where the answer
/// has just shown them to the same reader. Returns whether that fails the command.
bool write_unclaimed(const Comparison& comparison, const Options& options, bool is_shown = false);

/// Says on standard error what to ask or do instead when there was nothing to compare, or no state to touch.
void write_next_step(const Comparison& comparison, const Options& options);

/// Says on standard error what could not be asked of what was applied, and which states an earlier push left.
void write_ledger_notes(const Comparison& comparison);

/// How many states there are in head, with those that left since base.
std::size_t count_states(const Comparison& comparison);

}  // namespace statelane::cli
