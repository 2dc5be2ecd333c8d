#include "runner/reviewed_plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/escape.hpp"

namespace statelane::runner {

namespace {

using Result = CertificateComparison::Result;

/// Nothing is destroyed, replaced or forgotten, and no more is done than the plan tells.
bool is_harmless(const PlanSummary& summary, const PlanCertificate& now) {
  const bool removes =
      summary.remove > 0 || summary.destroys() > 0 || !summary.forgotten.empty() || !summary.succeeded.empty();
  const bool invokes = std::any_of(now.parts.begin(), now.parts.end(), [](const CertifiedPart& part) {
    return part.subject.starts_with("action ") || part.subject.starts_with("deferred ");
  });
  return !removes && !invokes && summary.complete == true && !summary.errored;
}

}  // namespace

ReviewVerdict judge_reviewed_plan(const ReviewedPlan& reviewed, const PlanCertificate& now,
                                  const PlanSummary& summary) {
  if (!reviewed.certificate) return {"the plan was not reviewed: " + reviewed.why_not};
  const PlanCertificate& then = reviewed.certificate->certificate;
  const CertificateComparison compared = compare_certificates(*reviewed.certificate, now);
  const std::string where =
      fmt::format("the plan reviewed in {} at {}", reviewed.merge_request, then.commit.substr(0, 12));
  switch (compared.result) {
    case Result::equal: {
      const bool may_open = compared.is_alike_to_the_time && reviewed.is_proven && then.is_protected;
      return {"equal to " + where, compared.remarks, may_open && is_harmless(summary, now)};
    }
    case Result::same_actions:
      return {fmt::format("the same addresses and actions as {}; values were not compared", where)};
    case Result::different: break;
  }
  return {fmt::format("not {}; they differ:", where), compared.differences};
}

std::string render_verdict(const ReviewVerdict& verdict, std::size_t most_lines) {
  std::string out = fmt::format("statelane: {}\n", escape_for_terminal(verdict.text));
  const std::size_t shown = std::min(verdict.details.size(), most_lines);
  for (std::size_t index = 0; index < shown; ++index)
    out += fmt::format("  {}\n", escape_for_terminal(verdict.details[index]));
  if (shown < verdict.details.size())
    out += fmt::format("  ... and {} more, all in review.json\n", verdict.details.size() - shown);
  return out;
}

}  // namespace statelane::runner
