#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace statelane::gitlab {

/// The environment's `CI…` variables, as `cli` hands them in. An empty value is as good as none: GitLab sets several
/// variables to the empty text.
using PredefinedVariables = std::map<std::string, std::string, std::less<>>;

/// The value of `name`, or the empty text.
std::string_view value_of(const PredefinedVariables& variables, std::string_view name);

/// What started the pipeline that this job belongs to. A child whose parent's kind shows in its variables has that
/// kind.
enum class PipelineKind {
  local,  ///< no pipeline
  push_default,
  push_branch,
  tag,
  merge_request_detached,
  merged_result,
  merge_train,
  schedule,
  web,
  api,
  trigger,          ///< a trigger token, or a pipeline of another project
  parent_pipeline,  ///< a child that does not show what started its parent
  other,            ///< a source that has no row in the table (chat, external pull request, …)
};

/// Reads `CI_PIPELINE_SOURCE`, `CI_COMMIT_TAG`, `CI_COMMIT_BRANCH`, `CI_DEFAULT_BRANCH`, `CI_COMMIT_BEFORE_SHA` and the
/// merge request's variables. Without `CI_COMMIT_SHA` it is no pipeline of GitLab's: `local`.
PipelineKind find_pipeline_kind(const PredefinedVariables& variables);

/// For messages: `a push to the default branch`.
std::string_view describe(PipelineKind kind);

inline bool is_push(PipelineKind kind) {
  return kind == PipelineKind::push_default || kind == PipelineKind::push_branch;
}

inline bool is_merge_request(PipelineKind kind) {
  return kind == PipelineKind::merge_request_detached || kind == PipelineKind::merged_result ||
         kind == PipelineKind::merge_train;
}

/// `text` is no commit: empty, or the zeros that GitLab writes for "there was none".
bool is_null_commit(std::string_view text);

}  // namespace statelane::gitlab
