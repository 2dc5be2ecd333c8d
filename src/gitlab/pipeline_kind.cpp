#include "gitlab/pipeline_kind.hpp"

namespace statelane::gitlab {

namespace {

PipelineKind merge_request_kind(const PredefinedVariables& variables) {
  const std::string_view event = value_of(variables, "CI_MERGE_REQUEST_EVENT_TYPE");
  if (event == "merge_train") return PipelineKind::merge_train;
  if (event == "merged_result") return PipelineKind::merged_result;
  return PipelineKind::merge_request_detached;
}

PipelineKind push_kind(const PredefinedVariables& variables) {
  std::string_view branch = value_of(variables, "CI_COMMIT_BRANCH");
  if (branch.empty()) branch = value_of(variables, "CI_COMMIT_REF_NAME");
  const bool is_default = !branch.empty() && branch == value_of(variables, "CI_DEFAULT_BRANCH");
  return is_default ? PipelineKind::push_default : PipelineKind::push_branch;
}

/// A child has its parent's variables but not its source. A commit before this one shows that it was a push: GitLab
/// writes zeros into it for every other kind of branch pipeline.
PipelineKind child_kind(const PredefinedVariables& variables) {
  const std::string_view before = value_of(variables, "CI_COMMIT_BEFORE_SHA");
  const bool was_push = !is_null_commit(before) && before != value_of(variables, "CI_COMMIT_SHA");
  return was_push ? push_kind(variables) : PipelineKind::parent_pipeline;
}

}  // namespace

std::string_view value_of(const PredefinedVariables& variables, std::string_view name) {
  const auto found = variables.find(name);
  return found == variables.end() ? std::string_view{} : std::string_view{found->second};
}

PipelineKind find_pipeline_kind(const PredefinedVariables& variables) {
  if (value_of(variables, "CI_COMMIT_SHA").empty()) return PipelineKind::local;
  const std::string_view source = value_of(variables, "CI_PIPELINE_SOURCE");
  if (source == "merge_request_event") return merge_request_kind(variables);
  if (source == "parent_pipeline" && !value_of(variables, "CI_MERGE_REQUEST_IID").empty())
    return merge_request_kind(variables);
  if (source == "schedule") return PipelineKind::schedule;
  if (source == "web") return PipelineKind::web;
  if (source == "api") return PipelineKind::api;
  if (source == "trigger" || source == "pipeline") return PipelineKind::trigger;
  if (!value_of(variables, "CI_COMMIT_TAG").empty()) return PipelineKind::tag;
  if (source == "push") return push_kind(variables);
  if (source == "parent_pipeline") return child_kind(variables);
  return PipelineKind::other;
}

std::string_view describe(PipelineKind kind) {
  switch (kind) {
    case PipelineKind::local: return "a local run";
    case PipelineKind::push_default: return "a push to the default branch";
    case PipelineKind::push_branch: return "a push to a branch";
    case PipelineKind::tag: return "a pipeline of a tag";
    case PipelineKind::merge_request_detached: return "a merge request pipeline";
    case PipelineKind::merged_result: return "a merged results pipeline";
    case PipelineKind::merge_train: return "a merge train";
    case PipelineKind::schedule: return "a scheduled pipeline";
    case PipelineKind::web: return "a pipeline started from the web";
    case PipelineKind::api: return "a pipeline started through the API";
    case PipelineKind::trigger: return "a triggered pipeline";
    case PipelineKind::parent_pipeline: return "a child pipeline";
    case PipelineKind::other: return "a pipeline of another source";
  }
  return {};
}

bool is_null_commit(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

}  // namespace statelane::gitlab
