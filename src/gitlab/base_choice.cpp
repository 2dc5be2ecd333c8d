#include "gitlab/base_choice.hpp"

#include <fmt/format.h>

namespace statelane::gitlab {

namespace {

/// The commit in `name`; empty when it is none.
std::string_view commit_of(const PredefinedVariables& variables, std::string_view name) {
  const std::string_view text = value_of(variables, name);
  return is_null_commit(text) ? std::string_view{} : text;
}

BaseCandidate missing_base(std::string text) {
  return {.reason = BaseReason::none, .method = BaseMethod::missing, .text = std::move(text)};
}

/// The commit in the variable `name`, which GitLab sets in every pipeline of this kind.
BaseCandidate promised_commit(const PredefinedVariables& variables, std::string_view name, BaseReason reason,
                              std::string_view meaning) {
  const std::string_view commit = commit_of(variables, name);
  if (commit.empty())
    return missing_base(fmt::format("{} is not set, though this is {}", name, describe(find_pipeline_kind(variables))));
  return {.reason = reason,
          .method = BaseMethod::revision,
          .revision = std::string(commit),
          .text = fmt::format("{}: {}", name, meaning)};
}

/// Head is GitLab's trial merge, so its target branch is always another commit.
BaseCandidate merge_target(const PredefinedVariables& variables) {
  constexpr std::string_view name = "CI_MERGE_REQUEST_TARGET_BRANCH_SHA";
  if (!value_of(variables, name).empty() && value_of(variables, name) == value_of(variables, "CI_COMMIT_SHA"))
    return missing_base(fmt::format("{} is the commit itself, so the trial merge shows nothing", name));
  return promised_commit(variables, name, BaseReason::mr_target, "the target branch that the merge was tried on");
}

/// The tip before the push, whatever happened to the branch: what the default branch had is what was applied.
BaseCandidate default_branch_base(const PredefinedVariables& variables) {
  const std::string_view before = value_of(variables, "CI_COMMIT_BEFORE_SHA");
  const std::string_view branch = value_of(variables, "CI_DEFAULT_BRANCH");
  if (before.empty())
    return missing_base(fmt::format("CI_COMMIT_BEFORE_SHA is not set, though this is a push to {}", branch));
  if (before == value_of(variables, "CI_COMMIT_SHA"))
    return missing_base(
        fmt::format("CI_COMMIT_BEFORE_SHA is the commit itself, so the push to {} shows nothing", branch));
  if (is_null_commit(before))
    return {.reason = BaseReason::empty_tree,
            .method = BaseMethod::empty_tree,
            .text = fmt::format("the first push of {}: everything is new", branch)};
  return {.reason = BaseReason::push_before,
          .method = BaseMethod::revision,
          .revision = std::string(before),
          .text = fmt::format("CI_COMMIT_BEFORE_SHA: the tip of {} before this push", branch)};
}

BaseCandidate merge_base_with_default(const PredefinedVariables& variables, bool is_fallback, std::string_view why) {
  const std::string_view branch = value_of(variables, "CI_DEFAULT_BRANCH");
  return {.reason = BaseReason::merge_base,
          .method = BaseMethod::merge_base,
          .revision = std::string(branch),
          .is_fallback = is_fallback,
          .text = fmt::format("the merge base with {}{}{}", branch.empty() ? "the default branch" : branch,
                              why.empty() ? "" : ": ", why)};
}

std::vector<BaseCandidate> branch_candidates(const PredefinedVariables& variables) {
  const std::string_view before = value_of(variables, "CI_COMMIT_BEFORE_SHA");
  if (before.empty()) return {merge_base_with_default(variables, true, "CI_COMMIT_BEFORE_SHA is not set")};
  if (is_null_commit(before)) return {merge_base_with_default(variables, true, "this is the branch's first push")};
  if (before == value_of(variables, "CI_COMMIT_SHA"))
    return {merge_base_with_default(variables, true, "CI_COMMIT_BEFORE_SHA is the commit itself")};
  return {{.reason = BaseReason::push_before,
           .method = BaseMethod::revision,
           .revision = std::string(before),
           .only_if_ancestor = true,
           .text = "CI_COMMIT_BEFORE_SHA: the tip of the branch before this push"},
          merge_base_with_default(variables, true, "the branch was rewritten, or its old tip is not to be had")};
}

std::vector<BaseCandidate> find_candidates(const PredefinedVariables& variables, PipelineKind kind) {
  switch (kind) {
    case PipelineKind::local: return {merge_base_with_default(variables, false, "")};
    case PipelineKind::push_default: return {default_branch_base(variables)};
    case PipelineKind::push_branch: return branch_candidates(variables);
    case PipelineKind::merge_request_detached:
      return {promised_commit(variables, "CI_MERGE_REQUEST_DIFF_BASE_SHA", BaseReason::mr_diff_base,
                              "where the merge request's changes begin")};
    case PipelineKind::merged_result:
    case PipelineKind::merge_train: return {merge_target(variables)};
    case PipelineKind::tag:
    case PipelineKind::schedule:
    case PipelineKind::web:
    case PipelineKind::api:
    case PipelineKind::trigger:
    case PipelineKind::parent_pipeline:
    case PipelineKind::other: break;
  }
  return {{.text = fmt::format("{} changes nothing by itself", describe(kind))}};
}

}  // namespace

std::string_view base_reason_name(BaseReason reason) {
  switch (reason) {
    case BaseReason::push_before: return "push-before";
    case BaseReason::mr_diff_base: return "mr-diff-base";
    case BaseReason::mr_target: return "mr-target";
    case BaseReason::merge_base: return "merge-base";
    case BaseReason::explicit_base: return "explicit";
    case BaseReason::parent: return "parent";
    case BaseReason::empty_tree: return "empty-tree";
    case BaseReason::none: return "none";
    case BaseReason::applied: return "applied";
  }
  return {};
}

BaseChoice choose_base(const PredefinedVariables& variables) {
  const PipelineKind kind = find_pipeline_kind(variables);
  return {.kind = kind,
          .head = std::string(value_of(variables, "CI_COMMIT_SHA")),
          .candidates = find_candidates(variables, kind)};
}

BaseCandidate explicit_base(std::string_view revision) {
  return {.reason = BaseReason::explicit_base,
          .method = BaseMethod::revision,
          .revision = std::string(revision),
          .text = fmt::format("{}, as given", revision)};
}

BaseCandidate parent_base(std::string_view commit) {
  return {.reason = BaseReason::parent,
          .method = BaseMethod::parent,
          .revision = std::string(commit),
          .text = fmt::format("the first parent of {}", commit)};
}

}  // namespace statelane::gitlab
