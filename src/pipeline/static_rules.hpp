#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "config/config.hpp"
#include "pipeline/pipeline.hpp"
#include "states/state.hpp"

namespace statelane::pipeline {

/// When the jobs of a static pipeline exist, in the words of `only` or of `rules`.
class StaticRules {
 public:
  explicit StaticRules(config::ChangesKeyword keyword) : keyword_(keyword) {}

  /// Where applies of a state may run. An error for a branch that GitLab's expressions cannot name.
  static std::string branch_condition(const states::State& state, Diagnostics& diagnostics);

  /// The patterns of everything that the state depends on, the configuration file included.
  std::vector<std::string> patterns(const states::State& state) const;

  /// The condition under which a plan job exists, and an apply or barrier, whose state may be applied where `applies`
  /// holds.
  static std::string plan_condition(const std::string& applies);
  static std::string apply_condition(const std::string& applies);

  /// `rules` for a job that exists under `condition` where one of the patterns matches, which the hidden job `shared`
  /// has, or, where that is empty, the rules themselves; `start`: how it starts then.
  static yaml::Value rules(const std::vector<std::string>& patterns, const std::string& shared,
                           const std::string& condition, const yaml::Value::Map& start);

  /// What a reader of the file has to know of GitLab's decisions; `most_patterns` is the length of the longest list.
  std::vector<std::string> comments(std::size_t most_patterns) const;

 private:
  config::ChangesKeyword keyword_;
};

}  // namespace statelane::pipeline
