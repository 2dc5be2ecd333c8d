#include "pipeline/static_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.hpp"
#include "gitlab/branch_condition.hpp"
#include "gitlab/limits.hpp"
#include "pipeline/changes_rule.hpp"
#include "pipeline/patterns_of.hpp"

namespace statelane::pipeline {

namespace {

using config::ChangesKeyword;
using gitlab::PatternKeyword;

/// A branch that was there before: otherwise GitLab has nothing to compare with, and takes every `changes` as true.
constexpr std::string_view is_update = R"($CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BEFORE_SHA !~ /\A0*\z/)";

}  // namespace

std::string StaticRules::branch_condition(const states::State& state, Diagnostics& diagnostics) {
  const auto& branches = state.settings.apply_branches;
  if (!branches) return "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH";
  std::string condition;
  for (const std::string& glob : *branches) {
    const auto one = gitlab::branch_condition(glob);
    if (!one) {
      diagnostics.error(
          RepoPath::of(config::file_name), std::nullopt,
          fmt::format("GitLab's expressions cannot name the branch \"{}\" of the state \"{}\"", glob, state.id),
          {"name it without quotes, and close brackets and braces"});
      continue;
    }
    condition += (condition.empty() ? "" : " || ") + *one;
  }
  return branches->size() > 1 ? "(" + condition + ")" : condition;
}

std::vector<std::string> StaticRules::patterns(const states::State& state) const {
  const bool in_rules = keyword_ == ChangesKeyword::rules;
  std::vector<std::string> result =
      patterns_of(state, in_rules ? PatternKeyword::rules_changes : PatternKeyword::only_changes);
  const bool is_text =
      std::all_of(result.begin(), result.end(), [](const std::string& text) { return is_valid_utf8(text); });
  if (!is_text) return {"**/*"};
  // Whose lane a change of the configuration changes cannot be said by patterns.
  if (std::find(result.begin(), result.end(), "**/*") == result.end()) result.emplace_back(config::file_name);
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

/// A push plans unless its merge request does; an apply needs its plan in any case.
std::string StaticRules::plan_condition(const std::string& applies) {
  const std::string branch = fmt::format(R"($CI_PIPELINE_SOURCE == "push" && ($CI_OPEN_MERGE_REQUESTS == null{}))",
                                         applies.empty() ? "" : " || " + applies);
  return fmt::format(
      R"($CI_PIPELINE_SOURCE == "merge_request_event" || $CI_COMMIT_BRANCH && ({} || $STATELANE_OPT_ALL == "true"))",
      branch);
}

std::string StaticRules::apply_condition(const std::string& applies) {
  return fmt::format("{} && {}", is_update, applies);
}

yaml::Value StaticRules::rules(const std::vector<std::string>& patterns, const std::string& shared,
                               const std::string& condition, const yaml::Value::Map& start) {
  yaml::Value::Map rule = {{"if", condition}};
  rule.insert(rule.end(), start.begin(), start.end());
  return shared.empty() ? rules_of_patterns(patterns, rule) : rules_of_shared_patterns(patterns, shared, rule);
}

std::vector<std::string> StaticRules::comments(std::size_t most_patterns) const {
  if (keyword_ != ChangesKeyword::rules) {
    return {
        "With \"only:changes\", GitLab sees of a moved file its new path alone, and of a merge request no more",
        fmt::format("than {} files: \"--changes rules\" makes a file without these limits.", gitlab::max_diff_files)};
  }
  const std::size_t longest = std::clamp<std::size_t>(most_patterns, 1, gitlab::max_rules_changes_patterns);
  return {fmt::format("Where more than {} paths differ, GitLab compares no more and takes rules as true.",
                      gitlab::max_pattern_comparisons / longest)};
}

}  // namespace statelane::pipeline
