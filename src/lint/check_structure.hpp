#pragma once

#include "gitlab/shape.hpp"
#include "lint/finding.hpp"
#include "lint/pipeline.hpp"

namespace statelane::lint {

/// What GitLab would refuse of keywords and their values: unknown ones (with "did you mean"), jobs without work,
/// keywords that exclude each other, scripts that are no texts, unknown stages, bad names and expressions, limits.
/// Hidden jobs are not checked, as GitLab does not; what an unseen include may define is given the benefit of the
/// doubt.
///
/// `server` is the version of the server, where it is known: what it does not know yet is refused too.
void check_keywords(const Pipeline& pipeline, std::optional<gitlab::Version> server, Report& report);

/// The rule that a fault of the table of keywords breaks.
Rule rule_of(gitlab::KeywordFault::Kind kind);

/// What GitLab would refuse of `needs` and `dependencies`: unknown, later and repeated jobs, circles, more than 50.
void check_needs(const Pipeline& pipeline, Report& report);

}  // namespace statelane::lint
