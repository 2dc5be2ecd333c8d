#include "lint/trigger.hpp"

#include <algorithm>

#include "lint/terraform_runs.hpp"
#include "states/path_inputs.hpp"

namespace statelane::lint {

namespace {

/// `rules` with the lists that `!reference` leaves in it flattened.
void flatten(const yaml::Value& rules, std::vector<const yaml::Value*>& flat) {
  if (rules.as_list() == nullptr) return;
  for (const yaml::Value& rule : *rules.as_list()) {
    if (rule.as_list() != nullptr) flatten(rule, flat);
    if (rule.as_map() != nullptr) flat.push_back(&rule);
  }
}

/// What GitLab makes of a pattern of `rules:changes`: variables that it knows are expanded, the runner's own
/// (`CI_PROJECT_DIR`) are not.
TriggerPattern expand_pattern(const yaml::Value& node, const Job& job) {
  TriggerPattern pattern{*node.as_string(), &node, true};
  if (pattern.text.find('$') == std::string::npos) return pattern;
  std::string expanded = expand_variables(job, {}, pattern.text);
  for (std::size_t at = 0; (at = expanded.find(states::repository_root, at)) != std::string::npos;) {
    expanded.replace(at, states::repository_root.size(), "$CI_PROJECT_DIR");
  }
  pattern.is_known = expanded.find(unknown_text) == std::string::npos;
  pattern.text = std::move(expanded);
  return pattern;
}

Truth hold(const std::string& expression, const VariableValues& values) {
  return evaluate_expression(expression, values).value_or(Truth::unknown);
}

bool holds(const std::optional<std::string>& expression, const VariableValues& values, const Assumption& assumption) {
  if (!expression) return true;
  const Truth truth = hold(*expression, values);
  return truth == Truth::unknown ? *expression == assumption : truth == Truth::yes;
}

}  // namespace

bool ChangesList::matches(std::string_view path) const {
  return std::any_of(patterns.begin(), patterns.end(), [&](const TriggerPattern& pattern) {
    return !pattern.is_known || gitlab::matches_pattern(pattern.text, path);
  });
}

bool ChangesList::is_open() const {
  return std::any_of(patterns.begin(), patterns.end(), [](const TriggerPattern& pattern) { return !pattern.is_known; });
}

Trigger::Trigger(const Job& job, const Pipeline& pipeline) {
  const yaml::Value::Entry* workflow = yaml::find_entry(pipeline.configuration.root, "workflow");
  const yaml::Value* workflow_rules = workflow != nullptr ? workflow->value.find("rules") : nullptr;
  has_workflow_ = workflow_rules != nullptr && workflow_rules->as_list() != nullptr;
  workflow_ = read_rules(workflow_rules, job, true);
  const yaml::Value* rules = job.find("rules");
  has_rules_ = rules != nullptr && rules->as_list() != nullptr;
  rules_ = read_rules(rules, job, false);
  only_ = read_policy(job.find("only"), job, false);
  except_ = read_policy(job.find("except"), job, true);
  // A job without any of them is for branches and tags.
  if (!has_rules_ && !has_workflow_ && !only_.refs) only_.refs = {"branches", "tags"};
  const yaml::Value* when = job.find("when");
  when_ = when != nullptr && when->as_string() != nullptr ? *when->as_string() : "on_success";
  const yaml::Value* variables = job.own_keywords.contains("variables") ? job.find("variables") : nullptr;
  if (variables == nullptr || variables->as_map() == nullptr) return;
  for (const yaml::Value::Entry& variable : *variables->as_map()) {
    const auto text = variable_text(variable.value);
    if (text && text->find('$') == std::string::npos) own_values_[variable.key] = VariableValue::known(*text);
  }
}

std::optional<std::size_t> Trigger::add_list(const yaml::Value::Entry* entry, const Job& job,
                                             gitlab::PatternKeyword keyword, bool excludes, bool is_workflow) {
  if (entry == nullptr) return std::nullopt;
  const yaml::Value* paths = entry->value.as_map() != nullptr ? entry->value.find("paths") : &entry->value;
  // `changes:regexp` and what is no list is not looked at.
  if (paths == nullptr || (paths->as_list() == nullptr && paths->as_string() == nullptr)) return std::nullopt;
  ChangesList list{entry->spot(), keyword, {}, excludes, is_workflow};
  for (const yaml::Value* text : yaml::texts_of(paths)) {
    const bool expands = keyword == gitlab::PatternKeyword::rules_changes;
    list.patterns.push_back(expands ? expand_pattern(*text, job) : TriggerPattern{*text->as_string(), text, true});
  }
  lists_.push_back(std::move(list));
  return lists_.size() - 1;
}

std::vector<TriggerRule> Trigger::read_rules(const yaml::Value* rules, const Job& job, bool is_workflow) {
  std::vector<const yaml::Value*> flat;
  if (rules != nullptr) flatten(*rules, flat);
  std::vector<TriggerRule> read;
  for (const yaml::Value* node : flat) {
    TriggerRule rule;
    rule.node = node;
    const yaml::Value* condition = node->find("if");
    if (condition != nullptr && condition->as_string() != nullptr) rule.expression = *condition->as_string();
    const yaml::Value* when = node->find("when");
    if (when != nullptr && when->as_string() != nullptr) rule.when = *when->as_string();
    rule.changes = add_list(node->find_entry("changes"), job, gitlab::PatternKeyword::rules_changes,
                            rule.when == "never", is_workflow);
    read.push_back(std::move(rule));
  }
  return read;
}

Trigger::Policy Trigger::read_policy(const yaml::Value* node, const Job& job, bool excludes) {
  Policy policy;
  if (node == nullptr || node->is_null()) return policy;
  policy.is_set = true;
  const yaml::Value* refs = node->as_map() != nullptr ? node->find("refs") : node;
  if (refs != nullptr) {
    policy.refs.emplace();
    for (const yaml::Value* text : yaml::texts_of(refs)) policy.refs->push_back(*text->as_string());
  }
  for (const yaml::Value* text : yaml::texts_of(node->find("variables")))
    policy.expressions.push_back(*text->as_string());
  policy.changes = add_list(node->find_entry("changes"), job, gitlab::PatternKeyword::only_changes, excludes, false);
  return policy;
}

VariableValues Trigger::values_in(const Situation& situation) const {
  VariableValues values = own_values_;
  values.insert(situation.variables.begin(), situation.variables.end());
  return values;
}

std::vector<Assumption> Trigger::assumptions(const Situation& situation) const {
  const VariableValues values = values_in(situation);
  std::vector<Assumption> found = {""};
  for (const auto* rules : {&workflow_, &rules_}) {
    for (const TriggerRule& rule : *rules) {
      if (!rule.expression || hold(*rule.expression, values) != Truth::unknown) continue;
      if (std::find(found.begin(), found.end(), *rule.expression) == found.end()) found.push_back(*rule.expression);
    }
  }
  return found;
}

const TriggerRule* Trigger::find_rule(const std::vector<TriggerRule>& rules, const VariableValues& values,
                                      const Assumption& assumption,
                                      const std::function<bool(std::size_t)>& matches) const {
  const auto rule = std::find_if(rules.begin(), rules.end(), [&](const TriggerRule& each) {
    return holds(each.expression, values, assumption) && (!each.changes || matches(*each.changes));
  });
  return rule != rules.end() ? &*rule : nullptr;
}

bool Trigger::policies_allow(const Situation& situation, const VariableValues& values,
                             const std::function<bool(std::size_t)>& matches) const {
  const auto any_ref = [&](const std::vector<std::string>& refs, Truth taken_for_yes) {
    return std::any_of(refs.begin(), refs.end(), [&](const std::string& ref) {
      const Truth truth = fits_ref(ref, situation);
      return truth == Truth::yes || truth == taken_for_yes;
    });
  };
  const auto any_expression = [&](const std::vector<std::string>& expressions, Truth taken_for_yes) {
    return std::any_of(expressions.begin(), expressions.end(), [&](const std::string& expression) {
      const Truth truth = hold(expression, values);
      return truth == Truth::yes || truth == taken_for_yes;
    });
  };
  if (only_.refs && !any_ref(*only_.refs, Truth::unknown)) return false;
  if (!only_.expressions.empty() && !any_expression(only_.expressions, Truth::unknown)) return false;
  if (only_.changes && !matches(*only_.changes)) return false;
  if (except_.refs && any_ref(*except_.refs, Truth::yes)) return false;
  if (any_expression(except_.expressions, Truth::yes)) return false;
  return !except_.changes || !matches(*except_.changes);
}

Decision Trigger::decide(const Situation& situation, const Assumption& assumption,
                         const std::function<bool(std::size_t list)>& matches) const {
  const VariableValues values = values_in(situation);
  const auto compared = [&](std::size_t list) { return !situation.compares_paths() || matches(list); };
  if (has_workflow_) {
    const TriggerRule* rule = find_rule(workflow_, values, assumption, compared);
    if (rule == nullptr || rule->when == "never") return {};
  }
  if (has_rules_) {
    const TriggerRule* rule = find_rule(rules_, values, assumption, compared);
    if (rule == nullptr) return {};
    const std::string& when = rule->when.empty() ? when_ : rule->when;
    return {when != "never", when, rule->node};
  }
  return {policies_allow(situation, values, compared) && when_ != "never", when_, nullptr};
}

std::vector<std::size_t> Trigger::deciding_lists(const Situation& situation, const Assumption& assumption) const {
  const VariableValues values = values_in(situation);
  std::vector<std::size_t> found;
  const auto add = [&](const std::vector<TriggerRule>& rules) {
    for (const TriggerRule& rule : rules) {
      if (rule.changes && holds(rule.expression, values, assumption)) found.push_back(*rule.changes);
    }
  };
  add(rules_);
  if (only_.changes) found.push_back(*only_.changes);
  if (except_.changes) found.push_back(*except_.changes);
  add(workflow_);
  return found;
}

}  // namespace statelane::lint
