#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "gitlab/changes_rule.hpp"
#include "impact/impact.hpp"
#include "pipeline/build_pipeline.hpp"
#include "states/state.hpp"

namespace statelane::pipeline {

/// Decides where `changes` may stand: only where it is proven that GitLab, looking at the same commits, finds that the
/// state's patterns match. Everywhere else the job would be missing without a word. Refers to the request.
class ChangesRule {
 public:
  ChangesRule(const PipelineRequest& request, config::ChangesKeyword keyword);

  /// Why no job of this pipeline has the rule; empty when some may.
  const std::string& reason_against_all() const { return reason_; }

  struct Decision {
    yaml::Value::Map keywords{};  ///< `only` or `rules`; empty when it is left out
    std::string reason{};         ///< why, when this state's rule is left out though others may have one
  };

  Decision decide(const states::State& state, const impact::Affected& affected) const;

 private:
  std::vector<ChangedPath> paths_behind(const impact::Affected& affected) const;

  config::ChangesKeyword keyword_;
  gitlab::PushDiff diff_;
  std::unordered_map<std::string_view, std::size_t> positions_;  ///< path → index in `diff_.changed`
  std::string reason_;
};

/// A list of `rules` with the patterns: GitLab allows 50 in one entry, several entries are alternatives.
yaml::Value::List rules_of_patterns(const std::vector<std::string>& patterns, const yaml::Value::Map& other_keywords);

/// The same lists as the keywords `changes`, `changes-2` and so on of a hidden job, which GitLab looks at nowhere else
/// …
yaml::Value::Map lists_of_patterns(const std::vector<std::string>& patterns);
/// … and a list of `rules` that takes them from there by `!reference`.
yaml::Value::List rules_of_shared_patterns(const std::vector<std::string>& patterns, const std::string& hidden_job,
                                           const yaml::Value::Map& other_keywords);
/// Whether a keyword of a hidden job is one of them.
bool is_list_of_patterns(std::string_view keyword);

}  // namespace statelane::pipeline
