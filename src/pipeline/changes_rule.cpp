#include "pipeline/changes_rule.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.hpp"
#include "gitlab/changes_pattern.hpp"
#include "gitlab/limits.hpp"
#include "pipeline/patterns_of.hpp"

namespace statelane::pipeline {

namespace {

using config::ChangesKeyword;
using gitlab::PatternKeyword;

}  // namespace

YamlValue::List rules_of_patterns(const std::vector<std::string>& patterns, const YamlValue::Map& other_keywords) {
  YamlValue::List rules;
  for (std::size_t begin = 0; begin < patterns.size(); begin += gitlab::max_rules_changes_patterns) {
    const std::size_t end = std::min(begin + gitlab::max_rules_changes_patterns, patterns.size());
    YamlValue::Map rule = other_keywords;
    YamlValue::List listed(patterns.begin() + static_cast<std::ptrdiff_t>(begin),
                           patterns.begin() + static_cast<std::ptrdiff_t>(end));
    rule.emplace_back("changes", std::move(listed));
    rules.emplace_back(std::move(rule));
  }
  return rules;
}

ChangesRule::ChangesRule(const PipelineRequest& request, ChangesKeyword keyword) : keyword_(keyword) {
  for (const ChangedPath& change : request.changes) {
    kinds_.emplace(change.path, change.kind);
    has_additions_ = has_additions_ || change.kind == ChangedPath::Kind::added;
  }
  reason_ = find_reason(request);
}

std::string ChangesRule::find_reason(const PipelineRequest& request) const {
  if (keyword_ == ChangesKeyword::none) return "it is switched off";
  if (gitlab::is_merge_request(request.kind)) {
    return "in the child of a merge request pipeline GitLab would drop the jobs or compare other commits";
  }
  if (!gitlab::is_push(request.kind)) {
    return fmt::format("in {} GitLab compares nothing and takes every path as changed", gitlab::describe(request.kind));
  }
  if (!request.comparison.is_push || request.comparison.base.empty()) {
    return "GitLab compares with the commit before the push, this pipeline with another one";
  }
  if (keyword_ == ChangesKeyword::only && request.changes.size() >= gitlab::max_diff_files) {
    return fmt::format("{} paths differ, and GitLab may look at no more than {}", request.changes.size(),
                       gitlab::max_diff_files);
  }
  return "";
}

/// GitLab sees the path itself. Of a renamed file `only:changes` sees just the new path, and any deletion may be half
/// of a rename as long as something was added.
bool ChangesRule::is_seen(const RepoPath& path) const {
  const auto found = kinds_.find(path);
  if (found == kinds_.end()) return false;
  return found->second != ChangedPath::Kind::deleted || keyword_ == ChangesKeyword::rules || !has_additions_;
}

ChangesRule::Decision ChangesRule::decide(const states::State& state, const impact::Affected& affected) const {
  if (!reason_.empty()) return {};
  const bool is_only = keyword_ == ChangesKeyword::only;
  const std::vector<std::string> patterns =
      patterns_of(state, is_only ? PatternKeyword::only_changes : PatternKeyword::rules_changes);
  if (!std::all_of(patterns.begin(), patterns.end(), [](const std::string& text) { return is_valid_utf8(text); })) {
    return {{}, "a pattern is not UTF-8"};
  }
  const auto is_matched = [&](const RepoPath& path) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const std::string& pattern) { return gitlab::matches_pattern(pattern, path.str()); });
  };
  // The first step of a cause is the changed path; another one that also matches would prove no more.
  const bool is_proven = std::any_of(affected.causes.begin(), affected.causes.end(), [&](const impact::Cause& cause) {
    return !cause.empty() && cause.front().path && is_seen(*cause.front().path) && is_matched(*cause.front().path);
  });
  if (!is_proven) return {{}, "GitLab would not see the paths that this state was chosen for"};
  if (!is_only) return {{{"rules", rules_of_patterns(patterns, {})}}, ""};
  const YamlValue::List listed(patterns.begin(), patterns.end());
  return {{{"only", YamlValue::Map{{"refs", YamlValue::List{"branches"}}, {"changes", listed}}}}, ""};
}

}  // namespace statelane::pipeline
