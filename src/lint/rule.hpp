#pragma once

#include <span>
#include <string_view>

#include "base/diagnostics.hpp"

namespace statelane::lint {

/// What `lint` looks for. The ids are part of the JSON and of comments that silence a rule: they keep their meaning.
enum class Rule {
  // What GitLab would refuse.
  yaml_syntax,
  yaml_value,
  too_large,
  include_not_found,
  invalid_extends,
  invalid_reference,
  unknown_keyword,
  invalid_value,
  invalid_job,
  invalid_name,
  unknown_stage,
  invalid_needs,
  too_many_patterns,
  // What GitLab takes and does otherwise than it reads.
  duplicate_key,
  merge_overrides,
  ignored_tag,
  dead_pattern,
  dead_lock,
  // What the triggers of a state's jobs miss, and what they name without need.
  missed_inputs,
  unneeded_trigger,
  // Habits.
  apply_without_plan,
  plan_in_cache,
  short_expiry,
  no_resource_group,
  no_lock_timeout,
  apply_without_lock,
  lost_state,
  force_unlock,
  interruptible_apply,
  retried_apply,
  optional_gate,
  destroy_on_stop,
  apply_anywhere,
  credentials_exposed,
  outputs_exposed,
  data_directory_kept,
  constant_cache_key,
  needs_not_optional,
  unpinned_image,
  image_entrypoint,
  wrong_report,
  fmt_without_check,
  false_deployment,
};

struct RuleDescription {
  Rule rule;
  std::string_view id;
  Severity severity;  ///< `error`: GitLab refuses it
  std::string_view summary;
};

/// All rules, in the order of the enumeration.
std::span<const RuleDescription> all_rules();

const RuleDescription& describe(Rule rule);

}  // namespace statelane::lint
