#include "gitlab/keywords.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "gitlab/keyword_rules.hpp"
#include "gitlab/limits.hpp"
#include "gitlab/texts.hpp"

namespace statelane::gitlab {

namespace {

using Words = std::string_view;

// What is younger than GitLab 15.0 has the version that the "History" of its section names
// (https://docs.gitlab.com/ci/yaml/, https://docs.gitlab.com/ci/yaml/artifacts_reports/): where it came behind a flag
// that was off, the version that turned it on, for keywords that we write ourselves.

// What stands in many places.
constexpr Shape any{.forms = form::scalar | form::list | form::map};
constexpr Shape text;
constexpr Shape name{.takes = is_not_blank, .what = "a text that is not blank"};
constexpr Shape flag{.forms = form::flag};
constexpr Shape map{.forms = form::map};
constexpr Shape texts{.forms = form::list, .item = &text};
constexpr Shape text_or_texts{.forms = form::text | form::list, .item = &text};
constexpr Shape integer{.forms = form::integer};
constexpr Shape integers{.forms = form::integer | form::list, .item = &integer};
constexpr Shape word_or_number{.forms = form::text | form::integer};  // AlphanumericValidator
constexpr Shape scalar{.forms = form::scalar};                        // ScalarValidator
constexpr Shape script{.forms = form::text | form::list, .item = &text, .nests = true};
constexpr Shape delay{.takes = is_delay, .what = "a span of time like \"30 minutes\", of a week at most"};
constexpr Shape expiry{.takes = is_expiry, .what = "a span of time like \"7 days\", or never"};
constexpr Shape timeout{.takes = is_timeout, .what = "a span of time like \"1h 30m\", of a month at most"};
constexpr Shape condition{.takes = is_condition, .what = "an expression like $CI_COMMIT_BRANCH == \"main\""};

// image, services (Entry::Imageable)
constexpr Words pull_policies[] = {"always", "never", "if-not-present"};
constexpr Shape pull_policy_word{.words = pull_policies};
constexpr Shape pull_policy{
    .forms = form::text | form::list, .words = pull_policies, .item = &pull_policy_word, .least_items = 1};
constexpr Keyword docker_keys[] = {{"platform", &name}, {"user", &name}};
constexpr Shape docker{.forms = form::map, .keywords = docker_keys};
constexpr Keyword kubernetes_executor_keys[] = {{"user", &word_or_number}};
constexpr Shape kubernetes_executor{.forms = form::map, .keywords = kubernetes_executor_keys};
constexpr Keyword image_keys[] = {{"name", &name, true},
                                  {"entrypoint", &texts},
                                  {"pull_policy", &pull_policy, false, {15, 1}},
                                  {"docker", &docker, false, {16, 7}},
                                  {"kubernetes", &kubernetes_executor, false, {18, 0}}};
constexpr Shape image{
    .forms = form::text | form::map, .takes = is_not_blank, .what = "the name of an image", .keywords = image_keys};
constexpr Shape plain_variables{.forms = form::map, .each = &scalar};
constexpr Keyword service_keys[] = {{"name", &name, true},
                                    {"entrypoint", &texts},
                                    {"command", &texts},
                                    {"alias", &text},
                                    {"variables", &plain_variables},
                                    {"pull_policy", &pull_policy, false, {15, 1}},
                                    {"docker", &docker, false, {16, 7}},
                                    {"kubernetes", &kubernetes_executor, false, {18, 0}}};
constexpr Shape service{
    .forms = form::text | form::map, .takes = is_not_blank, .what = "the name of an image", .keywords = service_keys};
constexpr Shape services{.forms = form::list, .item = &service};

// cache (Entry::Cache, Entry::Key)
constexpr Words result_words[] = {"on_success", "on_failure", "always"};
constexpr Shape result_word{.words = result_words};
constexpr Shape cache_key_text{.takes = is_cache_key, .what = "a key without a slash"};
constexpr Shape key_files{.forms = form::list, .item = &text, .least_items = 1, .most_items = max_cache_key_files};
constexpr Keyword key_keys[] = {
    {"files", &key_files}, {"files_commits", &key_files, false, {18, 5}}, {"prefix", &cache_key_text}};
constexpr Shape cache_key{.forms = form::text | form::map,
                          .takes = is_cache_key,
                          .what = "a key without a slash",
                          .keywords = key_keys,
                          .rule = check_cache_key_files};
constexpr Shape cache_policy{.takes = is_cache_policy, .what = "pull, push, pull-push or a variable"};
constexpr Shape fallback_keys{.forms = form::list, .item = &text, .most_items = max_cache_fallback_keys};
constexpr Keyword cache_keys[] = {{"key", &cache_key},
                                  {"paths", &texts},
                                  {"untracked", &flag},
                                  {"unprotect", &flag, false, {15, 8}},
                                  {"when", &result_word},
                                  {"policy", &cache_policy},
                                  {"fallback_keys", &fallback_keys, false, {16, 0}}};
constexpr Shape one_cache{.forms = form::map, .keywords = cache_keys};
constexpr Shape cache{
    .forms = form::map | form::list, .item = &one_cache, .most_items = max_caches, .keywords = cache_keys};

// artifacts (Entry::Artifacts, Entry::Reports)
constexpr Words coverage_formats[] = {"cobertura", "jacoco"};
constexpr Shape coverage_format{.words = coverage_formats};
constexpr Keyword coverage_report_keys[] = {{"coverage_format", &coverage_format, true}, {"path", &name, true}};
constexpr Shape coverage_report{.forms = form::map, .keywords = coverage_report_keys};
constexpr Keyword report_keys[] = {{"accessibility", &text_or_texts},
                                   {"annotations", &text_or_texts, false, {16, 3}},
                                   {"api_fuzzing", &text_or_texts},
                                   {"browser_performance", &text_or_texts},
                                   {"cluster_image_scanning", &text_or_texts},
                                   {"codequality", &any},
                                   {"container_scanning", &text_or_texts},
                                   {"coverage_fuzzing", &text_or_texts},
                                   {"coverage_report", &coverage_report},
                                   {"cyclonedx", &text_or_texts, false, {15, 3}},
                                   {"dast", &text_or_texts},
                                   {"dependency_scanning", &text_or_texts},
                                   {"dotenv", &text_or_texts},
                                   {"junit", &text_or_texts},
                                   {"license_scanning", &text_or_texts},
                                   {"load_performance", &text_or_texts},
                                   {"lsif", &text_or_texts},
                                   {"metrics", &text_or_texts},
                                   {"performance", &text_or_texts},
                                   {"repository_xray", &text_or_texts, false, {16, 7}},
                                   {"requirements", &text_or_texts},
                                   {"requirements_v2", &text_or_texts, false, {16, 8}},
                                   {"sarif", &text_or_texts, false, {18, 11}},
                                   {"sast", &text_or_texts},
                                   {"scip", &text_or_texts, false, {18, 9}},
                                   {"secret_detection", &text_or_texts},
                                   {"terraform", &text_or_texts}};
constexpr Shape reports{.forms = form::map, .keywords = report_keys};
constexpr Words access_words[] = {"none", "developer", "maintainer", "all"};
constexpr YoungWord young_access_words[] = {{"maintainer", {18, 4}}};
constexpr Shape access{.words = access_words, .young = young_access_words};
constexpr Shape exposed_name{.takes = is_exposed_name, .what = "at most 100 letters, digits, - _ and blanks"};
constexpr Keyword artifacts_keys[] = {{"name", &text},        {"paths", &texts},
                                      {"exclude", &texts},    {"untracked", &flag},
                                      {"reports", &reports},  {"when", &result_word},
                                      {"expire_in", &expiry}, {"expose_as", &exposed_name},
                                      {"public", &flag},      {"access", &access, false, {16, 11}}};
constexpr Shape artifacts{.forms = form::map, .keywords = artifacts_keys, .rule = check_artifacts};

// environment (Entry::Environment, Entry::Kubernetes)
constexpr Words actions[] = {"start", "stop", "prepare", "verify", "access"};
constexpr Shape action{.words = actions};
constexpr Keyword dashboard_keys[] = {{"namespace", &text}, {"flux_resource_path", &text, false, {16, 4}}};
constexpr Shape dashboard{.forms = form::map, .keywords = dashboard_keys};
constexpr Keyword managed_keys[] = {{"enabled", &flag}};
constexpr Shape managed{.forms = form::map, .keywords = managed_keys};
constexpr Keyword cluster_keys[] = {{"namespace", &text},
                                    {"agent", &text, false, {17, 6}},
                                    {"flux_resource_path", &text, false, {16, 4}},
                                    {"managed_resources", &managed, false, {17, 9}},
                                    {"dashboard", &dashboard, false, {17, 9}}};
constexpr Shape cluster{.forms = form::map, .keywords = cluster_keys, .rule = check_cluster};
constexpr Shape environment_name{
    .takes = is_environment_name,
    .what = "a name of letters, digits, blanks and _ / . - $ { }, with no slash at its ends"};
constexpr Keyword environment_keys[] = {{"name", &environment_name, true},
                                        {"url", &text},
                                        {"action", &action},
                                        {"on_stop", &text},
                                        {"auto_stop_in", &text},
                                        {"deployment_tier", &text},
                                        {"kubernetes", &cluster}};
constexpr Shape environment{.forms = form::text | form::map,
                            .takes = is_environment_name,
                            .what = "a name of letters, digits, blanks and _ / . - $ { }, with no slash at its ends",
                            .keywords = environment_keys};

// variables (Entry::Variable)
constexpr Keyword variable_keys[] = {{"value", &scalar}, {"expand", &flag, false, {15, 8}}};
constexpr Shape variable{.forms = form::scalar | form::map, .keywords = variable_keys};
constexpr Shape variables{.forms = form::map, .each = &variable};
constexpr Keyword global_variable_keys[] = {{"value", &scalar},
                                            {"description", &word_or_number},
                                            {"expand", &flag, false, {15, 8}},
                                            {"options", &texts, false, {15, 7}}};
constexpr Shape global_variable{
    .forms = form::scalar | form::map, .keywords = global_variable_keys, .rule = check_options};
constexpr Shape global_variables{.forms = form::map, .each = &global_variable};

// retry, parallel, allow_failure
constexpr Words failure_reasons[] = {"always",
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
constexpr YoungWord young_reasons[] = {{"runner_interrupted", {19, 3}}};
constexpr Shape failure_reason{.words = failure_reasons, .young = young_reasons};
constexpr Shape failure_reason_or_more{
    .forms = form::text | form::list, .words = failure_reasons, .young = young_reasons, .item = &failure_reason};
constexpr Shape retries{.forms = form::integer, .least = 0, .most = max_retries};
constexpr Keyword retry_keys[] = {
    {"max", &retries}, {"when", &failure_reason_or_more}, {"exit_codes", &integers, false, {17, 5}}};
constexpr Shape retry{.forms = form::integer | form::map, .least = 0, .most = max_retries, .keywords = retry_keys};
constexpr Keyword exit_code_keys[] = {{"exit_codes", &integers}};
constexpr Shape allow_failure{.forms = form::flag | form::map, .keywords = exit_code_keys};
constexpr Shape matrix_value{.forms = form::text | form::integer | form::list,
                             .takes = is_not_blank,
                             .what = "a text that is not blank",
                             .item = &word_or_number,
                             .least_items = 1};
constexpr Shape matrix_entry{.forms = form::map, .each = &matrix_value, .rule = check_not_empty};
constexpr Shape matrix{.forms = form::list, .item = &matrix_entry};
constexpr Keyword parallel_keys[] = {{"matrix", &matrix, true}};
constexpr Shape parallel{.forms = form::integer | form::map,
                         .least = 1,
                         .most = max_parallel,
                         .keywords = parallel_keys,
                         .rule = check_matrix};
constexpr Shape parallel_matrix{.forms = form::map, .keywords = parallel_keys, .rule = check_matrix};

// needs (Entry::Need)
constexpr Shape need{
    .forms = form::text | form::map, .takes = is_not_blank, .what = "the name of a job", .rule = check_need};
constexpr Shape needs{.forms = form::list | form::map, .item = &need, .nests = true, .rule = check_need};
constexpr Shape need_of_rule{
    .forms = form::text | form::map, .takes = is_not_blank, .what = "the name of a job", .rule = check_need_of_rule};
constexpr Shape needs_of_rule{
    .forms = form::list | form::map, .item = &need_of_rule, .nests = true, .rule = check_need_of_rule};

// only, except (Entry::Policy)
constexpr Shape ref{.takes = is_ref, .what = "a branch, a tag, or a pattern between slashes that RE2 takes"};
constexpr Shape refs{.forms = form::list, .item = &ref};
constexpr Words active_words[] = {"active"};
constexpr Shape active{.words = active_words};
constexpr Shape conditions{.forms = form::list, .item = &condition};
constexpr Keyword policy_keys[] = {
    {"refs", &refs}, {"kubernetes", &active}, {"variables", &conditions}, {"changes", &texts}};
constexpr Shape policy{.forms = form::list | form::map, .item = &ref, .keywords = policy_keys, .rule = check_not_empty};

// rules (Entry::Rules::Rule). How many patterns `changes` takes is looked at with the patterns.
constexpr Shape exists_paths{.forms = form::list, .item = &text, .most_items = max_rules_changes_patterns};
constexpr Keyword changes_keys[] = {{"paths", &texts, true, {15, 2}}, {"compare_to", &text, false, {15, 3}}};
constexpr Shape changes{.forms = form::list | form::map, .item = &text, .keywords = changes_keys};
constexpr Keyword exists_keys[] = {
    {"paths", &exists_paths, true, {16, 11}}, {"project", &text, false, {16, 11}}, {"ref", &text, false, {16, 11}}};
constexpr Shape exists{.forms = form::text | form::list | form::map,
                       .item = &text,
                       .most_items = max_rules_changes_patterns,
                       .keywords = exists_keys,
                       .rule = check_exists};
constexpr Words job_starts[] = {"on_success", "on_failure", "always", "manual", "delayed"};
constexpr Words rule_starts[] = {"on_success", "on_failure", "always", "never", "manual", "delayed"};
constexpr Words trigger_starts[] = {"on_success", "on_failure", "always", "manual"};
constexpr Words workflow_starts[] = {"always", "never"};
constexpr Shape job_start{.words = job_starts};
constexpr Shape rule_start{.words = rule_starts};
constexpr Shape trigger_start{.words = trigger_starts};
constexpr Shape workflow_start{.words = workflow_starts};
constexpr Words new_commit_words[] = {"conservative", "none", "interruptible"};
constexpr Words job_failure_words[] = {"none", "all"};
constexpr Shape on_new_commit{.words = new_commit_words};
constexpr Shape on_job_failure{.words = job_failure_words};
constexpr Keyword auto_cancel_keys[] = {{"on_new_commit", &on_new_commit}, {"on_job_failure", &on_job_failure}};
constexpr Shape auto_cancel{.forms = form::map, .keywords = auto_cancel_keys};
constexpr Keyword rule_keys[] = {{"if", &condition},
                                 {"changes", &changes},
                                 {"exists", &exists},
                                 {"when", &rule_start},
                                 {"start_in", &delay},
                                 {"allow_failure", &flag},
                                 {"variables", &plain_variables},
                                 {"needs", &needs_of_rule, false, {16, 2}},
                                 {"interruptible", &flag, false, {16, 10}}};
constexpr Shape rule{.forms = form::map, .keywords = rule_keys, .rule = check_rule};
constexpr Shape rules{.forms = form::list, .item = &rule, .least_items = 1, .nests = true};
constexpr Keyword workflow_rule_keys[] = {{"if", &condition},
                                          {"changes", &changes},
                                          {"exists", &exists},
                                          {"when", &workflow_start},
                                          {"start_in", &delay},
                                          {"allow_failure", &flag},
                                          {"variables", &plain_variables},
                                          {"needs", &needs_of_rule},
                                          {"auto_cancel", &auto_cancel, false, {16, 10}}};
constexpr Shape workflow_rule{.forms = form::map, .keywords = workflow_rule_keys, .rule = check_rule};
constexpr Shape workflow_rules{.forms = form::list, .item = &workflow_rule, .least_items = 1, .nests = true};
constexpr Shape workflow_name{.takes = is_up_to_255_characters, .what = "at most 255 characters"};
constexpr Keyword workflow_keys[] = {{"rules", &workflow_rules},
                                     {"name", &workflow_name, false, {15, 5}},
                                     {"auto_cancel", &auto_cancel, false, {16, 10}}};
constexpr Shape workflow{.forms = form::map, .keywords = workflow_keys};

// trigger, include (Entry::Trigger, Entry::Include)
constexpr Keyword forward_keys[] = {{"yaml_variables", &flag}, {"pipeline_variables", &flag}};
constexpr Shape forward{.forms = form::map, .keywords = forward_keys};
constexpr Words strategies[] = {"depend", "mirror"};
constexpr YoungWord young_strategies[] = {{"mirror", {18, 2}}};
constexpr Shape strategy{.words = strategies, .young = young_strategies};
constexpr Keyword include_rule_keys[] = {
    {"if", &condition}, {"exists", &exists}, {"changes", &changes}, {"when", &workflow_start}};
constexpr Shape include_rule{.forms = form::map, .keywords = include_rule_keys};
constexpr Shape include_rules{.forms = form::list, .item = &include_rule};
constexpr Keyword include_keys[] = {{"local", &text},
                                    {"file", &text_or_texts},
                                    {"remote", &text},
                                    {"project", &text},
                                    {"ref", &text},
                                    {"integrity", &text, false, {17, 9}},
                                    {"template", &text},
                                    {"artifact", &text},
                                    {"inputs", &map, false, {15, 11}},
                                    {"job", &text},
                                    {"rules", &include_rules},
                                    {"component", &text, false, {16, 0}},
                                    {"cache", &any, false, {18, 9}}};
constexpr Shape include{.forms = form::text | form::map, .keywords = include_keys, .rule = check_include};
constexpr Shape includes{.forms = form::text | form::list | form::map,
                         .item = &include,
                         .most_items = max_trigger_includes,
                         .keywords = include_keys,
                         .rule = check_include};
constexpr Keyword project_trigger_keys[] = {{"project", &name, true},
                                            {"branch", &text},
                                            {"strategy", &strategy},
                                            {"forward", &forward},
                                            {"inputs", &map, false, {17, 11}}};
constexpr Keyword child_trigger_keys[] = {
    {"include", &includes}, {"strategy", &strategy}, {"forward", &forward}, {"inputs", &map, false, {17, 11}}};
constexpr Shape project_trigger{.forms = form::map, .keywords = project_trigger_keys};
constexpr Shape child_trigger{.forms = form::map, .keywords = child_trigger_keys};
constexpr Shape trigger{.forms = form::text | form::map,
                        .takes = is_not_blank,
                        .what = "a project's path",
                        .rule = [](const yaml::Value& value, ShapeCheck& check) {
                          const std::string path = check.path();
                          check.check_map(value, value.find("include") != nullptr ? child_trigger : project_trigger,
                                          path);
                        }};

// release (Entry::Release)
constexpr Words link_types[] = {"other", "runbook", "image", "package"};
constexpr Shape link_type{.words = link_types};
constexpr Keyword link_keys[] = {
    {"name", &name, true}, {"url", &name, true}, {"filepath", &text}, {"link_type", &link_type}};
constexpr Shape link{.forms = form::map, .keywords = link_keys};
constexpr Shape links{.forms = form::list, .item = &link, .least_items = 1};
constexpr Keyword assets_keys[] = {{"links", &links, true}};
constexpr Shape assets{.forms = form::map, .keywords = assets_keys};
constexpr Shape iso_time{.takes = is_iso_time, .what = "a time like \"2027-01-31T08:00:00Z\""};
constexpr Keyword release_keys[] = {{"tag_name", &name, true},
                                    {"tag_message", &text, false, {15, 3}},
                                    {"name", &any},
                                    {"description", &name, true},
                                    {"ref", &text},
                                    {"released_at", &iso_time},
                                    {"milestones", &text_or_texts},
                                    {"assets", &assets}};
constexpr Shape release{.forms = form::map, .keywords = release_keys};

// what remains of a job
constexpr Keyword hook_keys[] = {{"pre_get_sources_script", &script}};
constexpr Shape hooks{.forms = form::map, .keywords = hook_keys};
constexpr Keyword token_keys[] = {{"aud", &text_or_texts, true}};
constexpr Shape token{.forms = form::map, .keywords = token_keys};
constexpr Shape tokens{.forms = form::map, .each = &token};
constexpr Shape text_or_map{.forms = form::text | form::map};
constexpr Keyword secret_keys[] = {{"vault", &text_or_map},
                                   {"azure_key_vault", &map, false, {16, 3}},
                                   {"gcp_secret_manager", &map, false, {16, 8}},
                                   {"aws_secrets_manager", &text_or_map, false, {18, 3}},
                                   {"akeyless", &map, false, {17, 11}},
                                   {"gitlab_secrets_manager", &map, false, {18, 0}},
                                   {"file", &flag},
                                   {"token", &text, false, {15, 8}}};
constexpr Shape secret{.forms = form::map, .keywords = secret_keys, .rule = check_secret};
constexpr Shape secrets{.forms = form::map, .each = &secret};
constexpr Shape coverage{.takes = is_regexp, .what = "a pattern between slashes that RE2 takes"};
constexpr Shape tags{.forms = form::list, .item = &text, .most_items = max_runner_tags};
constexpr Keyword pages_keys[] = {
    {"path_prefix", &text, false, {16, 7}}, {"expire_in", &expiry, false, {17, 4}}, {"publish", &text, false, {17, 9}}};
constexpr Shape pages{.forms = form::flag | form::map, .keywords = pages_keys};
constexpr Words identities[] = {"google_cloud"};
constexpr Shape identity{.words = identities};
constexpr Keyword dast_keys[] = {{"site_profile", &text}, {"scanner_profile", &text}};
constexpr Shape dast{.forms = form::map, .keywords = dast_keys};
constexpr Shape steps{.forms = form::list, .item = &map};
constexpr Words default_words[] = {"after_script", "artifacts", "before_script", "cache",         "hooks",
                                   "id_tokens",    "identity",  "image",         "interruptible", "retry",
                                   "services",     "tags",      "timeout"};
constexpr Shape default_word{.words = default_words};
constexpr Shape inherited_defaults{.forms = form::flag | form::list, .item = &default_word};
constexpr Shape inherited_variables{.forms = form::flag | form::list, .item = &text};
constexpr Keyword inherit_keys[] = {{"default", &inherited_defaults}, {"variables", &inherited_variables}};
constexpr Shape inherit{.forms = form::map, .keywords = inherit_keys};

// Entry::Job with Entry::Processable. `start_in` is checked where `when` is.
constexpr Keyword job_keys[] = {{"after_script", &script},
                                {"allow_failure", &allow_failure, false, {}, Setter::gate},
                                {"artifacts", &artifacts},
                                {"before_script", &script},
                                {"cache", &cache},
                                {"coverage", &coverage},
                                {"dast_configuration", &dast},
                                {"dependencies", &texts, false, {}, Setter::generator},
                                {"environment", &environment},
                                {"except", &policy, false, {}, Setter::generator},
                                {"extends", &text_or_texts},
                                {"hooks", &hooks, false, {15, 6}},
                                {"id_tokens", &tokens, false, {15, 7}},
                                {"identity", &identity, false, {16, 9}},
                                {"image", &image},
                                {"inherit", &inherit},
                                {"inputs", &map, false, {18, 10}},
                                {"interruptible", &flag},
                                {"manual_confirmation", &text, false, {17, 1}},
                                {"needs", &needs, false, {}, Setter::generator},
                                {"only", &policy, false, {}, Setter::generator},
                                {"pages", &pages, false, {}, Setter::generator},
                                {"parallel", &parallel, false, {}, Setter::generator},
                                {"publish", &text, false, {16, 1}},
                                {"release", &release, false, {}, Setter::generator},
                                {"resource_group", &text, false, {}, Setter::generator},
                                {"retry", &retry},
                                {"rules", &rules, false, {}, Setter::generator},
                                {"run", &steps, false, {17, 2}, Setter::generator},
                                {"script", &script, false, {}, Setter::generator},
                                {"secrets", &secrets},
                                {"services", &services},
                                {"stage", &text, false, {}, Setter::generator},
                                {"start_in", &any, false, {}, Setter::generator},
                                {"tags", &tags},
                                {"timeout", &timeout},
                                {"trigger", &trigger, false, {}, Setter::generator},
                                {"variables", &variables},
                                {"when", &job_start, false, {}, Setter::gate}};
constexpr Shape job{.forms = form::map, .keywords = job_keys, .rule = check_job};

// Entry::Bridge
constexpr Keyword trigger_job_keys[] = {{"allow_failure", &flag},
                                        {"environment", &environment, false, {16, 4}},
                                        {"except", &policy},
                                        {"extends", &text_or_texts},
                                        {"inherit", &inherit},
                                        {"inputs", &map, false, {18, 10}},
                                        {"interruptible", &flag, false, {16, 8}},
                                        {"manual_confirmation", &text, false, {17, 1}},
                                        {"needs", &needs},
                                        {"only", &policy},
                                        {"parallel", &parallel_matrix},
                                        {"resource_group", &text},
                                        {"rules", &rules},
                                        {"stage", &text},
                                        {"trigger", &trigger, true},
                                        {"variables", &variables},
                                        {"when", &trigger_start}};
constexpr Shape trigger_job{.forms = form::map, .keywords = trigger_job_keys, .rule = check_job};

// Entry::Default, Entry::Root
constexpr Keyword default_keys[] = {{"after_script", &script},
                                    {"artifacts", &artifacts},
                                    {"before_script", &script},
                                    {"cache", &cache},
                                    {"hooks", &hooks, false, {15, 6}},
                                    {"id_tokens", &tokens, false, {16, 4}},
                                    {"identity", &identity, false, {16, 9}},
                                    {"image", &image},
                                    {"interruptible", &flag},
                                    {"retry", &retry},
                                    {"services", &services},
                                    {"tags", &tags},
                                    {"timeout", &timeout}};
constexpr Shape defaults{.forms = form::map, .keywords = default_keys};
constexpr Shape stages{.forms = form::list, .item = &text, .nests = true};
constexpr Keyword root_keys[] = {{"after_script", &script},        {"before_script", &script}, {"cache", &cache},
                                 {"default", &defaults},           {"image", &image},          {"include", nullptr},
                                 {"services", &services},          {"spec", nullptr},          {"stages", &stages},
                                 {"variables", &global_variables}, {"workflow", &workflow}};
constexpr Shape root{.forms = form::map, .keywords = root_keys, .rule = check_root};

}  // namespace

const Shape& job_shape() { return job; }
const Shape& trigger_job_shape() { return trigger_job; }
const Shape& root_shape() { return root; }
const Shape& include_shape() { return include; }

bool is_root_keyword(std::string_view word) {
  return std::any_of(std::begin(root_keys), std::end(root_keys),
                     [&](const Keyword& each) { return each.name == word; });
}

bool is_default_keyword(std::string_view word) {
  return std::find(std::begin(default_words), std::end(default_words), word) != std::end(default_words);
}

Setter setter_of(std::string_view word) {
  const auto row =
      std::find_if(std::begin(job_keys), std::end(job_keys), [&](const Keyword& each) { return each.name == word; });
  return row != std::end(job_keys) ? row->setter : Setter::anyone;
}

std::vector<KeywordFault> check_job_keywords(const yaml::Value& keywords, std::optional<Version> server) {
  ShapeCheck check(ShapeCheck::Extent::whole, server);
  check.check_map(keywords, keywords.find("trigger") != nullptr ? trigger_job : job, "");
  return check.take();
}

std::vector<KeywordFault> check_some_job_keywords(const yaml::Value& keywords) {
  ShapeCheck check(ShapeCheck::Extent::part);
  check.check_map(keywords, job, "");
  return check.take();
}

std::vector<KeywordFault> check_include_keywords(const yaml::Value& value) {
  ShapeCheck check;
  check.check_map(value, include, "include");
  // lib/gitlab/ci/config/external/mapper/matcher.rb
  constexpr std::string_view kinds[] = {"local", "project", "remote", "template", "component", "artifact"};
  std::vector<std::string_view> found;
  std::copy_if(std::begin(kinds), std::end(kinds), std::back_inserter(found),
               [&](std::string_view kind) { return value.find(kind) != nullptr; });
  if (found.size() > 1)
    check.add(value.spot, fmt::format("an include takes one of {}, not several", fmt::join(found, ", ")));
  return check.take();
}

std::vector<KeywordFault> check_root_keywords(const yaml::Value::Map& top, std::optional<Version> server) {
  yaml::Value::Map keywords;
  std::copy_if(top.begin(), top.end(), std::back_inserter(keywords),
               [](const yaml::Value::Entry& entry) { return is_root_keyword(entry.key); });
  ShapeCheck check(ShapeCheck::Extent::whole, server);
  check.check_map(yaml::Value(std::move(keywords)), root, "");
  return check.take();
}

}  // namespace statelane::gitlab
