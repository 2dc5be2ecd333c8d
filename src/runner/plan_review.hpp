#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "runner/plan_summary.hpp"

namespace statelane::runner {

/// An object that a plan changes.
struct ReviewedChange {
  std::string
      action;  ///< `delete`, `replace`, `forget`, `forget and create`, `create`, `update`, `import`, `move`, `read`
  std::string address;  ///< of a move: `old -> new`
  friend bool operator==(const ReviewedChange&, const ReviewedChange&) = default;
};

/// What a person has to see of a plan, or why there is none: `review.json`, schema "statelane/review/1". It holds
/// addresses and names, and no value. It is for pages: no apply believes it.
struct PlanReview {
  std::string state{};
  std::string commit{};
  std::string job_url{};
  std::string failure{};                  ///< why there is no plan, for people; empty: there is one
  std::vector<ReviewedChange> changes{};  ///< what destroys first, then by address
  std::size_t left_out = 0;               ///< further changes
  std::vector<OutputChange> outputs{};
  std::string verdict{};                       ///< what it is against the plan that was reviewed; empty: not asked
  std::vector<std::string> verdict_details{};  ///< address by address
  friend bool operator==(const PlanReview&, const PlanReview&) = default;
};

/// Takes changes and outputs of a plan into its review, at most `most` of each.
void describe_changes(const PlanSummary& summary, PlanReview& review, std::size_t most = 5000);

/// Bytes that are not UTF-8 are written as `\xNN`.
std::string render_review(const PlanReview& review);

/// Throws `Error{environment}` when it is something else, or of another schema.
PlanReview parse_review(std::string_view text);

}  // namespace statelane::runner
