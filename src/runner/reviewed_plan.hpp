#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/plan_certificate.hpp"
#include "runner/plan_summary.hpp"

namespace statelane::runner {

/// The plan that was reviewed in the merge request that brought a commit.
struct ReviewedPlan {
  std::string merge_request{};                    ///< "!42"; empty: none is known
  std::optional<FoundCertificate> certificate{};  ///< of this state
  std::string why_not{};                          ///< there is no certificate to compare with, a sentence
  bool is_proven = false;  ///< GitLab says that it was merged at that commit, and the configured user wrote it
};

/// What a plan is against the one that was reviewed.
struct ReviewVerdict {
  std::string text{};                  ///< "equal to the plan reviewed in !42 at abc123", or what else it is
  std::vector<std::string> details{};  ///< address by address
  bool may_open_gate = false;          ///< equal, proven, and nothing of it destroys or cannot be told beforehand

  friend bool operator==(const ReviewVerdict&, const ReviewVerdict&) = default;
};

ReviewVerdict judge_reviewed_plan(const ReviewedPlan& reviewed, const PlanCertificate& now, const PlanSummary& summary);

/// For a log: the sentence and its details, each with its line end.
std::string render_verdict(const ReviewVerdict& verdict, std::size_t most_lines = 40);

}  // namespace statelane::runner
