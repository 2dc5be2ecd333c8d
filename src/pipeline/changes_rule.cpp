#include "pipeline/changes_rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/utf8.hpp"
#include "gitlab/limits.hpp"
#include "pipeline/patterns_of.hpp"

namespace statelane::pipeline {

namespace {

using config::ChangesKeyword;
using gitlab::PatternKeyword;

PatternKeyword pattern_keyword(ChangesKeyword keyword) {
  return keyword == ChangesKeyword::rules ? PatternKeyword::rules_changes : PatternKeyword::only_changes;
}

/// As many in each as GitLab allows.
std::vector<yaml::Value::List> part(const std::vector<std::string>& patterns) {
  std::vector<yaml::Value::List> lists;
  for (std::size_t begin = 0; begin < patterns.size(); begin += gitlab::max_rules_changes_patterns) {
    const std::size_t end = std::min(begin + gitlab::max_rules_changes_patterns, patterns.size());
    lists.emplace_back(patterns.begin() + static_cast<std::ptrdiff_t>(begin),
                       patterns.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return lists;
}

yaml::Value::List rules_of(std::vector<yaml::Value> lists, const yaml::Value::Map& other_keywords) {
  yaml::Value::List rules;
  for (yaml::Value& list : lists) {
    yaml::Value::Map rule = other_keywords;
    rule.emplace_back("changes", std::move(list));
    rules.emplace_back(std::move(rule));
  }
  return rules;
}

constexpr std::string_view list_keyword = "changes";

std::string keyword_of_list(std::size_t index) {
  return index == 0 ? std::string(list_keyword) : fmt::format("{}-{}", list_keyword, index + 1);
}

}  // namespace

yaml::Value::List rules_of_patterns(const std::vector<std::string>& patterns, const yaml::Value::Map& other_keywords) {
  std::vector<yaml::Value> lists;
  for (yaml::Value::List& list : part(patterns)) lists.emplace_back(std::move(list));
  return rules_of(std::move(lists), other_keywords);
}

yaml::Value::Map lists_of_patterns(const std::vector<std::string>& patterns) {
  yaml::Value::Map keywords;
  for (yaml::Value::List& list : part(patterns)) {
    std::string keyword = keyword_of_list(keywords.size());
    keywords.emplace_back(std::move(keyword), std::move(list));
  }
  return keywords;
}

yaml::Value::List rules_of_shared_patterns(const std::vector<std::string>& patterns, const std::string& hidden_job,
                                           const yaml::Value::Map& other_keywords) {
  std::vector<yaml::Value> lists;
  const std::size_t count = part(patterns).size();
  while (lists.size() < count) {
    lists.emplace_back(yaml::Value::Reference{{hidden_job, keyword_of_list(lists.size())}}, yaml::Spot{});
  }
  return rules_of(std::move(lists), other_keywords);
}

bool is_list_of_patterns(std::string_view keyword) { return keyword.starts_with(list_keyword); }

ChangesRule::ChangesRule(const PipelineRequest& request, ChangesKeyword keyword) : keyword_(keyword) {
  for (std::size_t index = 0; index < request.changes.size(); ++index)
    positions_.emplace(request.changes[index].path.str(), index);
  const ComparedCommits& compared = request.comparison;
  diff_ = {request.kind, compared.is_push ? std::string_view(compared.base) : "another commit", compared.base,
           request.changes};
  if (keyword_ == ChangesKeyword::none) {
    reason_ = "it is switched off";
  } else if (!request.has_room_for_changes) {
    reason_ = "with them the files would be larger than GitLab takes";
  } else {
    // With a pattern for everything, only what holds for all states is left to doubt.
    const std::array<std::string, 1> everything = {"**/*"};
    reason_ = gitlab::find_doubt(diff_, everything, pattern_keyword(keyword_)).value_or("");
  }
}

/// The first steps of the causes: another path that also matches would prove no more. An added path stays among them,
/// since additions make GitLab see less of the deleted ones.
std::vector<ChangedPath> ChangesRule::paths_behind(const impact::Affected& affected) const {
  std::set<std::size_t> behind;
  for (const impact::Cause& cause : affected.causes) {
    if (cause.empty() || !cause.front().path) continue;
    const auto found = positions_.find(cause.front().path->str());
    if (found != positions_.end()) behind.insert(found->second);
  }
  const auto& changed = diff_.changed;
  const auto added = std::find_if(changed.begin(), changed.end(),
                                  [](const ChangedPath& path) { return path.kind == ChangeKind::added; });
  if (added != changed.end()) behind.insert(static_cast<std::size_t>(added - changed.begin()));
  std::vector<ChangedPath> paths;
  paths.reserve(behind.size());
  for (const std::size_t position : behind) paths.push_back(changed[position]);
  return paths;
}

ChangesRule::Decision ChangesRule::decide(const states::State& state, const impact::Affected& affected) const {
  if (!reason_.empty()) return {};
  if (affected.pending)
    return {{}, "it is compared with what was applied last, and GitLab would compare with the push"};
  const PatternKeyword keyword = pattern_keyword(keyword_);
  const std::vector<std::string> patterns = patterns_of(state, keyword);
  if (!std::all_of(patterns.begin(), patterns.end(), [](const std::string& text) { return is_valid_utf8(text); })) {
    return {{}, "a pattern of its inputs is not UTF-8"};
  }
  const std::vector<ChangedPath> behind = paths_behind(affected);
  gitlab::PushDiff diff = diff_;
  diff.changed = behind;
  if (auto doubt = gitlab::find_doubt(diff, patterns, keyword)) return {{}, *std::move(doubt)};
  if (keyword_ == ChangesKeyword::rules) return {{{"rules", rules_of_patterns(patterns, {})}}, ""};
  return {{{"only", yaml::Value::Map{{"refs", yaml::Value::List{"branches"}},
                                     {"changes", yaml::Value::List(patterns.begin(), patterns.end())}}}},
          ""};
}

}  // namespace statelane::pipeline
