#pragma once

#include "gitlab/common_shapes.hpp"
#include "gitlab/features.hpp"

// The table of keywords: how often and how long a job runs, when, after what, and whether at all.

namespace statelane::gitlab::shapes {

// retry, parallel, allow_failure
inline constexpr Words failure_reasons[] = {"always",
                                            "unknown_failure",
                                            "script_failure",
                                            "api_failure",
                                            "stuck_or_timeout_failure",
                                            "runner_system_failure",
                                            "runner_interrupted",
                                            "missing_dependency_failure",
                                            "runner_unsupported",
                                            "stale_schedule",
                                            "job_execution_timeout",
                                            "archived_failure",
                                            "unmet_prerequisites",
                                            "scheduler_failure",
                                            "data_integrity_failure",
                                            "forward_deployment_failure",
                                            "user_blocked",
                                            "project_deleted",
                                            "ci_quota_exceeded",
                                            "pipeline_loop_detected",
                                            "no_matching_runner",
                                            "trace_size_exceeded",
                                            "builds_disabled",
                                            "environment_creation_failure",
                                            "deployment_rejected",
                                            "failed_outdated_deployment_job",
                                            "protected_environment_failure",
                                            "insufficient_bridge_permissions",
                                            "downstream_bridge_project_not_found",
                                            "invalid_bridge_trigger",
                                            "upstream_bridge_project_not_found",
                                            "insufficient_upstream_permissions",
                                            "bridge_pipeline_is_child_pipeline",
                                            "downstream_pipeline_creation_failed",
                                            "secrets_provider_not_found",
                                            "reached_max_descendant_pipelines_depth",
                                            "reached_max_pipeline_hierarchy_size",
                                            "reached_downstream_pipeline_trigger_rate_limit",
                                            "ip_restriction_failure"};
inline constexpr YoungWord young_reasons[] = {{"runner_interrupted", since(Feature::retry_interrupted)}};
inline constexpr Shape failure_reason{.words = failure_reasons, .young = young_reasons};
inline constexpr Shape failure_reason_or_more{
    .forms = form::text | form::list, .words = failure_reasons, .young = young_reasons, .item = &failure_reason};
inline constexpr Shape retries{.forms = form::integer, .least = 0, .most = max_retries};
inline constexpr Keyword retry_keys[] = {{"max", &retries},
                                         {"when", &failure_reason_or_more},
                                         {"exit_codes", &integers, false, since(Feature::retry_exit_codes)}};
inline constexpr Shape retry{
    .forms = form::integer | form::map, .least = 0, .most = max_retries, .keywords = retry_keys};
inline constexpr Keyword exit_code_keys[] = {{"exit_codes", &integers}};
inline constexpr Shape allow_failure{.forms = form::flag | form::map, .keywords = exit_code_keys};
inline constexpr Shape matrix_value{
    .forms = form::text | form::integer | form::list, .item = &word_or_number, .needs_value = true};
inline constexpr Shape matrix_entry{.forms = form::map, .each = &matrix_value, .rule = check_not_empty};
inline constexpr Shape matrix{.forms = form::list, .item = &matrix_entry};
inline constexpr Keyword parallel_keys[] = {{"matrix", &matrix}};
inline constexpr Shape parallel{.forms = form::integer | form::map,
                                .least = 1,
                                .most = max_parallel,
                                .keywords = parallel_keys,
                                .rule = check_matrix};
inline constexpr Shape parallel_matrix{.forms = form::map, .keywords = parallel_keys, .rule = check_matrix};

// needs (Entry::Need)
inline constexpr Shape need{
    .forms = form::text | form::map, .takes = is_not_blank, .what = "the name of a job", .rule = check_need};
inline constexpr Shape needs{
    .forms = form::list | form::map, .item = &need, .nests = true, .skips_nulls = true, .rule = check_need};
inline constexpr Shape need_of_rule{
    .forms = form::text | form::map, .takes = is_not_blank, .what = "the name of a job", .rule = check_need_of_rule};
inline constexpr Shape needs_of_rule{.forms = form::list | form::map,
                                     .item = &need_of_rule,
                                     .nests = true,
                                     .skips_nulls = true,
                                     .rule = check_need_of_rule};

// only, except (Entry::Policy)
inline constexpr Shape ref{.takes = is_ref, .what = "a branch, a tag, or a pattern between slashes that RE2 takes"};
inline constexpr Shape refs{.forms = form::list, .item = &ref};
inline constexpr Words active_words[] = {"active"};
inline constexpr Shape active{.words = active_words};
inline constexpr Shape conditions{.forms = form::list, .item = &condition};
inline constexpr Keyword policy_keys[] = {
    {"refs", &refs}, {"kubernetes", &active}, {"variables", &conditions}, {"changes", &texts}};
inline constexpr Shape policy{
    .forms = form::list | form::map, .item = &ref, .keywords = policy_keys, .rule = check_not_empty};

// rules (Entry::Rules::Rule). How many patterns `changes` takes is looked at with the patterns.
inline constexpr Shape exists_paths{.forms = form::list, .item = &text, .most_items = max_rules_changes_patterns};
inline constexpr Keyword changes_keys[] = {{"paths", &texts, false, {15, 2}}, {"compare_to", &text, false, {15, 3}}};
inline constexpr Shape changes{
    .forms = form::list | form::map, .item = &text, .keywords = changes_keys, .rule = check_has_paths};
inline constexpr Keyword exists_keys[] = {
    {"paths", &exists_paths, false, {16, 11}}, {"project", &text, false, {16, 11}}, {"ref", &text, false, {16, 11}}};
inline constexpr Shape exists{.forms = form::text | form::list | form::map,
                              .item = &text,
                              .most_items = max_rules_changes_patterns,
                              .takes_blank = true,
                              .keywords = exists_keys,
                              .rule = check_exists};
inline constexpr Words job_starts[] = {"on_success", "on_failure", "always", "manual", "delayed"};
inline constexpr Words rule_starts[] = {"on_success", "on_failure", "always", "never", "manual", "delayed"};
inline constexpr Words trigger_starts[] = {"on_success", "on_failure", "always", "manual"};
inline constexpr Words workflow_starts[] = {"always", "never"};
inline constexpr Shape job_start{.words = job_starts};
inline constexpr Shape rule_start{.words = rule_starts};
inline constexpr Shape trigger_start{.words = trigger_starts};
inline constexpr Shape workflow_start{.words = workflow_starts};
inline constexpr Words new_commit_words[] = {"conservative", "none", "interruptible"};
inline constexpr Words job_failure_words[] = {"none", "all"};
inline constexpr Shape on_new_commit{.words = new_commit_words};
inline constexpr Shape on_job_failure{.words = job_failure_words};
inline constexpr Keyword auto_cancel_keys[] = {{"on_new_commit", &on_new_commit}, {"on_job_failure", &on_job_failure}};
inline constexpr Shape auto_cancel{.forms = form::map, .keywords = auto_cancel_keys};
inline constexpr Keyword rule_keys[] = {{"if", &condition},
                                        {"changes", &changes},
                                        {"exists", &exists},
                                        {"when", &rule_start},
                                        {"start_in", &delay},
                                        {"allow_failure", &flag},
                                        {"variables", &plain_variables},
                                        {"needs", &needs_of_rule, false, {16, 2}},
                                        {"interruptible", &flag, false, {16, 10}}};
inline constexpr Shape rule{.forms = form::map, .keywords = rule_keys, .rule = check_rule};
inline constexpr Shape rules{.forms = form::list, .item = &rule, .least_items = 1, .nests = true};
inline constexpr Keyword workflow_rule_keys[] = {
    {"if", &condition},
    {"changes", &changes},
    {"exists", &exists},
    {"when", &workflow_start},
    {"start_in", &delay},
    {"allow_failure", &flag},
    {"variables", &plain_variables},
    {"needs", &needs_of_rule},
    {"auto_cancel", &auto_cancel, false, since(Feature::workflow_auto_cancel)}};
inline constexpr Shape workflow_rule{.forms = form::map, .keywords = workflow_rule_keys, .rule = check_rule};
inline constexpr Shape workflow_rules{
    .forms = form::list, .item = &workflow_rule, .least_items = 1, .nests = true, .skips_nulls = true};
inline constexpr Shape workflow_name{
    .forms = any.forms, .takes = is_up_to_255_characters, .what = "at most 255 characters"};
inline constexpr Keyword workflow_keys[] = {{"rules", &workflow_rules},
                                            {"name", &workflow_name, false, {15, 5}},
                                            {"auto_cancel", &auto_cancel, false, since(Feature::workflow_auto_cancel)}};
inline constexpr Shape workflow{.forms = form::map, .keywords = workflow_keys};

}  // namespace statelane::gitlab::shapes
