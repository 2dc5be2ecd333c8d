#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gitlab/changes_pattern.hpp"
#include "lint/pipeline.hpp"
#include "lint/situation.hpp"

namespace statelane::lint {

/// One pattern of a `changes` list.
struct TriggerPattern {
  std::string text;                   ///< as GitLab matches it: variables expanded where the keyword expands them
  const yaml::Value* node = nullptr;  ///< as it is written
  bool is_known = true;               ///< no part of it depends on something that cannot be seen
};

/// A `changes` list: `only:changes`, `except:changes`, or of one rule.
struct ChangesList {
  yaml::Spot spot;  ///< of the key
  gitlab::PatternKeyword keyword = gitlab::PatternKeyword::only_changes;
  std::vector<TriggerPattern> patterns;
  bool excludes = false;     ///< `except:changes`, or a rule with `when: never`
  bool is_workflow = false;  ///< of `workflow:rules`

  bool matches(std::string_view path) const;
  /// Some pattern is not known: the list may match anything.
  bool is_open() const;
};

/// One entry of `rules`.
struct TriggerRule {
  const yaml::Value* node = nullptr;
  std::optional<std::string> expression;  ///< `if`
  std::optional<std::size_t> changes;     ///< index into the trigger's lists
  std::string when;                       ///< empty: the job's own
};

/// What became of a job in a pipeline.
struct Decision {
  bool is_created = false;
  std::string when = "on_success";
  const yaml::Value* rule = nullptr;  ///< the entry of `rules` that decided; null without one
};

/// A choice where the text alone does not decide: this expression is true, all others that are not known are false.
using Assumption = std::string;

/// What decides whether a job is created: `workflow:rules`, and `rules` or `only` and `except`.
class Trigger {
 public:
  Trigger(const Job& job, const Pipeline& pipeline);

  const std::vector<ChangesList>& lists() const { return lists_; }
  bool has_rules() const { return has_rules_; }

  /// The assumptions worth trying in the situation: none, and each expression that is not decided there.
  std::vector<Assumption> assumptions(const Situation& situation) const;

  /// What GitLab decides when `matches` tells of each list whether a changed path matches it. Parts of `only` and
  /// `except` that are not known count as true and false.
  Decision decide(const Situation& situation, const Assumption& assumption,
                  const std::function<bool(std::size_t list)>& matches) const;

  /// The lists that can bring the job about in this situation: those of rules whose condition holds.
  std::vector<std::size_t> deciding_lists(const Situation& situation, const Assumption& assumption) const;

 private:
  struct Policy {
    std::optional<std::vector<std::string>> refs;
    std::vector<std::string> expressions;
    std::optional<std::size_t> changes;
    bool is_set = false;
  };

  std::vector<TriggerRule> read_rules(const yaml::Value* rules, const Job& job, bool is_workflow);
  Policy read_policy(const yaml::Value* node, const Job& job, bool excludes);
  std::optional<std::size_t> add_list(const yaml::Value::Entry* entry, const Job& job, gitlab::PatternKeyword keyword,
                                      bool excludes, bool is_workflow);
  VariableValues values_in(const Situation& situation) const;
  const TriggerRule* find_rule(const std::vector<TriggerRule>& rules, const VariableValues& values,
                               const Assumption& assumption, const std::function<bool(std::size_t)>& matches) const;
  bool policies_allow(const Situation& situation, const VariableValues& values,
                      const std::function<bool(std::size_t)>& matches) const;

  std::vector<ChangesList> lists_;
  std::vector<TriggerRule> workflow_;
  bool has_workflow_ = false;
  std::vector<TriggerRule> rules_;
  bool has_rules_ = false;
  Policy only_;
  Policy except_;
  std::string when_;
  VariableValues own_values_;  ///< variables of the job itself
};

}  // namespace statelane::lint
