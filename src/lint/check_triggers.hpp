#pragma once

#include <span>

#include "lint/examined_job.hpp"
#include "lint/finding.hpp"
#include "repo/tree.hpp"
#include "states/state_graph.hpp"

namespace statelane::lint {

/// For each job that plans or applies a state: the inputs whose change alone would not start it although a change of
/// the state's own files does, in the same kind of pipeline. An input that another job of the pipeline takes care of,
/// with the same verb for the same state, is not missed. One finding per list and state.
void check_missed_inputs(std::span<const ExaminedJob> jobs, std::span<const Situation> situations,
                         const repo::Tree& tree, const states::StateGraph& graph, Report& report);

/// Patterns in the lists of such jobs that match only Terraform files which none of the job's states reads, or nothing
/// at all. Jobs of which not every state is known are left alone, and so are patterns for other files: a job may have
/// other work.
void check_unneeded_triggers(std::span<const ExaminedJob> jobs, const repo::Tree& tree, const states::StateGraph& graph,
                             Report& report);

/// Patterns that can never match, or not what they look like, and lists that GitLab refuses.
void check_patterns(std::span<const ExaminedJob> jobs, const repo::Tree& tree, Report& report);

}  // namespace statelane::lint
