#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/changed_path.hpp"
#include "gitlab/changes_pattern.hpp"
#include "gitlab/pipeline_kind.hpp"

namespace statelane::gitlab {

/// What GitLab compares, beside what was compared here.
struct PushDiff {
  PipelineKind kind = PipelineKind::local;  ///< of the pipeline that starts the child
  std::string_view before_sha;              ///< `CI_COMMIT_BEFORE_SHA`
  std::string_view base_commit;             ///< the base that was taken
  std::span<const ChangedPath> changed;     ///< every path that differs, none left out
};

/// Why GitLab's own decision on a job with these `changes` patterns may be "no": a sentence for a comment beside the
/// job that is written without the rule. Nothing when it is proven to be "yes", so that the rule can stay. (A job that
/// GitLab refused would be a change that nobody plans.)
std::optional<std::string> find_doubt(const PushDiff& diff, std::span<const std::string> patterns,
                                      PatternKeyword keyword = PatternKeyword::only_changes);

}  // namespace statelane::gitlab
