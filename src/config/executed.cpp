#include "config/executed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace statelane::config {

namespace {

/// A key of a rule that another branch may decide.
struct DecidedKey {
  std::string_view name;
  Deciding since;
  void (*copy)(Settings& to, const Settings& from);
  bool (*is_set)(const Settings&);
  bool (*is_same)(const Settings&, const Settings&);
};

template <auto Member>
constexpr DecidedKey key(std::string_view name, Deciding since) {
  return {name, since, [](Settings& to, const Settings& from) { to.*Member = from.*Member; },
          [](const Settings& settings) { return (settings.*Member).has_value(); },
          [](const Settings& one, const Settings& other) { return one.*Member == other.*Member; }};
}

constexpr std::array decided_keys = {
    key<&Settings::tool>("tool", Deciding::executed),
    key<&Settings::commands>("commands", Deciding::executed),
    key<&Settings::after_plan>("after_plan", Deciding::executed),
    key<&Settings::job>("job", Deciding::executed),
    key<&Settings::plan_environment>("plan_environment", Deciding::executed),
    key<&Settings::apply_branches>("apply.branches", Deciding::executed_and_applied),
    key<&Settings::gate>("apply.gate", Deciding::executed_and_applied),
    key<&Settings::max_destroy>("max_destroy", Deciding::executed_and_applied),
    key<&Settings::local_state>("local_state", Deciding::executed_and_applied),
};

bool is_decided(const DecidedKey& key, Deciding deciding) {
  return key.since == Deciding::executed || deciding == Deciding::executed_and_applied;
}

/// The rules with those keys only, without rules that say nothing of them.
std::vector<Rule> decided_rules(const Config& config, Deciding deciding) {
  std::vector<Rule> result;
  for (const Rule& rule : config.rules) {
    Rule decided{rule.match, {}};
    for (const DecidedKey& key : decided_keys)
      if (is_decided(key, deciding)) key.copy(decided.settings, rule.settings);
    if (decided.settings != Settings{}) result.push_back(std::move(decided));
  }
  return result;
}

/// What the rules of `match` say of `key`, in their order.
std::vector<const Settings*> rules_about(const std::vector<Rule>& rules, std::string_view match,
                                         const DecidedKey& key) {
  std::vector<const Settings*> result;
  for (const Rule& rule : rules)
    if (rule.match.text == match && key.is_set(rule.settings)) result.push_back(&rule.settings);
  return result;
}

bool say_the_same(const std::vector<Rule>& one, const std::vector<Rule>& other, std::string_view match,
                  const DecidedKey& key) {
  const auto ours = rules_about(one, match, key);
  const auto theirs = rules_about(other, match, key);
  return std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end(),
                    [&](const Settings* left, const Settings* right) { return key.is_same(*left, *right); });
}

}  // namespace

Config take_executed(const Config& own, const Config& trusted, Deciding deciding) {
  Config result = own;
  for (Rule& rule : result.rules)
    for (const DecidedKey& key : decided_keys)
      if (is_decided(key, deciding)) key.copy(rule.settings, {});
  // Later rules win key by key, and these have no other keys.
  const std::vector<Rule> theirs = decided_rules(trusted, deciding);
  result.rules.insert(result.rules.end(), theirs.begin(), theirs.end());
  result.jobs = trusted.jobs;
  result.templates = trusted.templates;
  result.plan_environment = trusted.plan_environment;
  if (deciding == Deciding::executed_and_applied) result.deleted = trusted.deleted;
  return result;
}

std::vector<std::string> find_executed_differences(const Config& one, const Config& other, Deciding deciding) {
  const std::vector<Rule> ours = decided_rules(one, deciding);
  const std::vector<Rule> theirs = decided_rules(other, deciding);
  std::set<std::string> result;
  for (const auto* rules : {&ours, &theirs}) {
    for (const Rule& rule : *rules) {
      for (const DecidedKey& key : decided_keys) {
        if (!say_the_same(ours, theirs, rule.match.text, key))
          result.insert(fmt::format("{} of \"{}\"", key.name, rule.match.text));
      }
    }
  }
  if (result.empty() && ours != theirs) result.insert("the order of rules");
  if (one.jobs != other.jobs) result.insert("pipeline.jobs");
  if (one.templates != other.templates) result.insert("pipeline.templates");
  if (one.plan_environment != other.plan_environment) result.insert("pipeline.plan_environment");
  if (deciding == Deciding::executed_and_applied && one.deleted != other.deleted) result.insert("pipeline.deleted");
  return {result.begin(), result.end()};
}

}  // namespace statelane::config
