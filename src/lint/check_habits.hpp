#pragma once

#include <span>

#include "lint/examine.hpp"
#include "lint/finding.hpp"

namespace statelane::lint {

// Habits that GitLab takes and that lose state, reviews or secrets. Each is reported only where the text shows it: what
// depends on a variable of the server, or on an include that was not seen, is given the benefit of the doubt.

/// What becomes of a plan on its way to the apply: made in the same script, not kept, kept from another place, not
/// handed over, left out by rules.
void check_plan_handover(const ExaminedPipeline& pipeline, std::span<const Situation> situations,
                         const repo::Tree& tree, Report& report);

/// Credentials in `-backend-config`.
void check_backend_credentials(const ExaminedPipeline& pipeline, Report& report);

/// How jobs apply: without the reviewed plan, without lock or lock time-out, interruptible, without resource group, in
/// merge requests or on any branch, retried, behind a gate that is optional, as the stop of a lasting environment; and
/// jobs that break locks.
void check_applies(const ExaminedPipeline& pipeline, std::span<const Situation> situations, Report& report);

/// States that end with the job, in jobs that keep no state file: their backend is local, or nothing says where they
/// are kept.
void check_lost_states(const ExaminedPipeline& pipeline, const repo::Tree& tree, const states::StateGraph& graph,
                       Report& report);

/// What jobs leave behind: plans in the cache or gone too soon, state, outputs and `.terraform` in artifacts, wrong
/// reports, one cache for several states.
void check_leftovers(const ExaminedPipeline& pipeline, const repo::Tree& tree, Report& report);

/// Images without a version or a shell, secrets in the text, `fmt` that never fails.
void check_surroundings(const ExaminedPipeline& pipeline, Report& report);

/// Jobs that name the environment of a state and do not apply it: GitLab would record them as applies.
void check_environments(const ExaminedPipeline& pipeline, const states::StateGraph& graph, Report& report);

/// `needs` of jobs that their triggers may leave out: GitLab then creates no pipeline at all.
void check_optional_needs(const ExaminedPipeline& pipeline, std::span<const Situation> situations, Report& report);

}  // namespace statelane::lint
