#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gitlab/pipeline_kind.hpp"

namespace statelane::gitlab {

/// Why a base is the base; the names are part of the JSON output.
enum class BaseReason {
  push_before,
  mr_diff_base,
  mr_target,
  merge_base,
  explicit_base,
  parent,
  empty_tree,
  none,
  applied
};

/// `push-before`, `mr-diff-base`, `mr-target`, `merge-base`, `explicit`, `parent`, `empty-tree`, `none`, `applied`
/// (each state has its own)
std::string_view base_reason_name(BaseReason reason);

/// How to come to the commit.
enum class BaseMethod {
  revision,    ///< `BaseCandidate::revision`, fetched by its id where the clone lacks it
  parent,      ///< the first parent of `revision`; the empty tree when it has none
  merge_base,  ///< of head with the branch `revision`; empty: the default branch, found as `cli` finds it
  empty_tree,  ///< everything was added
  none,        ///< there is deliberately no base: a no-op child, unless a mode says what happens
  missing,     ///< there should be one and it cannot be known: an error, or `--on-missing-base all`
};

/// One possible base. The trees of base and head are compared as they are, whatever lies between them.
struct BaseCandidate {
  BaseReason reason = BaseReason::none;
  BaseMethod method = BaseMethod::none;
  std::string revision{};
  bool only_if_ancestor = false;  ///< of head; otherwise the next candidate is taken
  bool is_fallback = false;       ///< when it equals head, that is never "nothing affected"
  std::string text{};             ///< a phrase for people, printed as the reason

  friend bool operator==(const BaseCandidate&, const BaseCandidate&) = default;
};

/// What to take as base. The first candidate that can be had and meets its condition is the base; when the last cannot
/// be had either, that is a missing base. Never empty.
struct BaseChoice {
  PipelineKind kind = PipelineKind::local;
  std::string head{};  ///< `CI_COMMIT_SHA`; empty for a local run
  std::vector<BaseCandidate> candidates{};

  friend bool operator==(const BaseChoice&, const BaseChoice&) = default;
};

/// The base of the pipeline that `variables` describe; for a local run the merge base with the default branch.
BaseChoice choose_base(const PredefinedVariables& variables);

/// The base that somebody named: `--base`, `--since`, `A..B`.
BaseCandidate explicit_base(std::string_view revision);

/// The base of `affected COMMIT`.
BaseCandidate parent_base(std::string_view commit);

}  // namespace statelane::gitlab
