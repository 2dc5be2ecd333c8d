#include "gitlab/changes_rule.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.hpp"
#include "gitlab/limits.hpp"

namespace statelane::gitlab {

namespace {

std::optional<std::string> find_doubt_about_base(const PushDiff& diff, PatternKeyword keyword) {
  if (is_merge_request(diff.kind)) {
    return keyword == PatternKeyword::only_changes
               ? "in a merge request's child, GitLab leaves out every job with only"
               : "in a merge request's child, GitLab looks at each commit and not at base and head";
  }
  if (!is_push(diff.kind)) return fmt::format("GitLab does not compare commits in {}", describe(diff.kind));
  if (is_null_commit(diff.before_sha)) return "GitLab does not compare commits on a branch's first push";
  if (diff.base_commit != diff.before_sha)
    return "GitLab would compare with CI_COMMIT_BEFORE_SHA, which is not the base";
  return std::nullopt;
}

/// GitLab certainly counts `changed` among the paths. A path that is not UTF-8 reaches its matcher re-encoded.
bool is_seen(const ChangedPath& changed, PatternKeyword keyword, bool has_added) {
  if (!is_valid_utf8(changed.path.str())) return false;
  // Of a rename that it detects, `only:changes` counts the new path alone. Without added paths there are no renames.
  return keyword == PatternKeyword::rules_changes || changed.kind != ChangeKind::deleted || !has_added;
}

}  // namespace

std::optional<std::string> find_doubt(const PushDiff& diff, std::span<const std::string> patterns,
                                      PatternKeyword keyword) {
  if (auto doubt = find_doubt_about_base(diff, keyword)) return doubt;
  const auto& changed = diff.changed;
  if (keyword == PatternKeyword::only_changes && changed.size() >= max_diff_files)
    return fmt::format("{} paths differ, and GitLab may look at {} only", changed.size(), max_diff_files);
  const auto is_matched = [&](const ChangedPath& path) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const std::string& pattern) { return matches_pattern(pattern, path.path.str()); });
  };
  const bool has_added = std::any_of(changed.begin(), changed.end(),
                                     [](const ChangedPath& path) { return path.kind == ChangeKind::added; });
  bool matches_unseen = false;
  for (const ChangedPath& path : changed) {
    const bool seen = is_seen(path, keyword, has_added);
    if ((!seen && matches_unseen) || !is_matched(path)) continue;
    if (seen) return std::nullopt;
    matches_unseen = true;
  }
  if (matches_unseen)
    return "only paths match that GitLab may not see, as of a renamed file it sees the new path alone";
  return "no changed path matches its patterns";
}

}  // namespace statelane::gitlab
