#pragma once

#include "gitlab/common_shapes.hpp"
#include "gitlab/features.hpp"

// The table of keywords: what a job works with, and what it leaves.

namespace statelane::gitlab::shapes {

// image, services (Entry::Imageable)
inline constexpr Words pull_policies[] = {"always", "never", "if-not-present"};
inline constexpr Shape pull_policy_word{.words = pull_policies};
inline constexpr Shape pull_policy{
    .forms = form::text | form::list, .words = pull_policies, .item = &pull_policy_word, .least_items = 1};
inline constexpr Shape option{.takes = is_not_empty, .what = "a text that is not empty", .needs_value = true};
inline constexpr Shape user_of_kubernetes{.forms = form::text | form::integer,
                                          .takes = is_not_empty,
                                          .what = "a text that is not empty",
                                          .needs_value = true};
inline constexpr Keyword docker_keys[] = {{"platform", &option}, {"user", &option}};
inline constexpr Shape docker{.forms = form::map, .keywords = docker_keys};
inline constexpr Keyword kubernetes_executor_keys[] = {{"user", &user_of_kubernetes}};
inline constexpr Shape kubernetes_executor{.forms = form::map, .keywords = kubernetes_executor_keys};
inline constexpr Keyword image_keys[] = {{"name", &name, true},
                                         {"entrypoint", &texts},
                                         {"pull_policy", &pull_policy, false, {15, 1}},
                                         {"docker", &docker, false, {16, 7}},
                                         {"kubernetes", &kubernetes_executor, false, {18, 0}}};
inline constexpr Shape image{
    .forms = form::text | form::map, .takes = is_not_blank, .what = "the name of an image", .keywords = image_keys};
inline constexpr Keyword service_keys[] = {{"name", &name, true},
                                           {"entrypoint", &texts},
                                           {"command", &script},
                                           {"alias", &text},
                                           {"variables", &plain_variables},
                                           {"pull_policy", &pull_policy, false, {15, 1}},
                                           {"docker", &docker, false, {16, 7}},
                                           {"kubernetes", &kubernetes_executor, false, {18, 0}}};
inline constexpr Shape service{
    .forms = form::text | form::map, .takes = is_not_blank, .what = "the name of an image", .keywords = service_keys};
inline constexpr Shape services{.forms = form::list, .item = &service, .nests = true, .skips_nulls = true};

// cache (Entry::Cache, Entry::Key)
inline constexpr Words result_words[] = {"on_success", "on_failure", "always"};
inline constexpr Shape result_word{.words = result_words};
inline constexpr Shape cache_key_text{.takes = is_cache_key, .what = "a key without a slash"};
inline constexpr Shape key_files{
    .forms = form::list, .item = &text, .least_items = 1, .most_items = max_cache_key_files};
inline constexpr Keyword key_keys[] = {
    {"files", &key_files}, {"files_commits", &key_files, false, {18, 5}}, {"prefix", &cache_key_text}};
inline constexpr Shape cache_key{.forms = form::text | form::map,
                                 .takes = is_cache_key,
                                 .what = "a key without a slash",
                                 .keywords = key_keys,
                                 .rule = check_cache_key_files};
inline constexpr Shape cache_policy{
    .takes = is_cache_policy, .what = "pull, push, pull-push or a variable", .takes_blank = true};
inline constexpr Shape fallback_keys{.forms = form::list, .item = &text, .most_items = max_cache_fallback_keys};
inline constexpr Keyword cache_keys[] = {{"key", &cache_key},
                                         {"paths", &texts},
                                         {"untracked", &flag},
                                         {"unprotect", &flag, false, {15, 8}},
                                         {"when", &result_word},
                                         {"policy", &cache_policy},
                                         {"fallback_keys", &fallback_keys, false, {16, 0}}};
inline constexpr Shape one_cache{.forms = form::map, .keywords = cache_keys};
inline constexpr Shape cache{.forms = form::map | form::list,
                             .item = &one_cache,
                             .most_items = max_caches,
                             .skips_nulls = true,
                             .keywords = cache_keys};

// artifacts (Entry::Artifacts, Entry::Reports)
inline constexpr Words coverage_formats[] = {"cobertura", "jacoco"};
inline constexpr Shape coverage_format{.words = coverage_formats};
inline constexpr Keyword coverage_report_keys[] = {{"coverage_format", &coverage_format, true}, {"path", &name, true}};
inline constexpr Shape coverage_report{.forms = form::map, .keywords = coverage_report_keys};
inline constexpr Keyword report_keys[] = {{"accessibility", &text_or_texts},
                                          {"annotations", &text_or_texts, false, since(Feature::report_annotations)},
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
inline constexpr Shape reports{.forms = form::map, .keywords = report_keys};
inline constexpr Words access_words[] = {"none", "developer", "maintainer", "all"};
inline constexpr YoungWord young_access_words[] = {{"maintainer", since(Feature::artifacts_access_maintainer)}};
inline constexpr Shape access{.words = access_words, .young = young_access_words};
inline constexpr Shape exposed_name{.takes = is_exposed_name, .what = "at most 100 letters, digits, - _ and blanks"};
inline constexpr Keyword artifacts_keys[] = {
    {"name", &text},        {"paths", &texts},
    {"exclude", &texts},    {"untracked", &flag},
    {"reports", &reports},  {"when", &result_word},
    {"expire_in", &expiry}, {"expose_as", &exposed_name},
    {"public", &flag},      {"access", &access, false, since(Feature::artifacts_access)}};
inline constexpr Shape artifacts{.forms = form::map, .keywords = artifacts_keys, .rule = check_artifacts};

// environment (Entry::Environment, Entry::Kubernetes)
inline constexpr Words actions[] = {"start", "stop", "prepare", "verify", "access"};
inline constexpr Shape action{.words = actions};
inline constexpr Keyword dashboard_keys[] = {{"namespace", &text}, {"flux_resource_path", &text, false, {16, 4}}};
inline constexpr Shape dashboard{.forms = form::map, .keywords = dashboard_keys};
inline constexpr Keyword managed_keys[] = {{"enabled", &flag}};
inline constexpr Shape managed{.forms = form::map, .keywords = managed_keys};
inline constexpr Keyword cluster_keys[] = {{"namespace", &text},
                                           {"agent", &text, false, {17, 6}},
                                           {"flux_resource_path", &text, false, {16, 4}},
                                           {"managed_resources", &managed, false, {17, 9}},
                                           {"dashboard", &dashboard, false, {17, 9}}};
inline constexpr Shape cluster{.forms = form::map, .keywords = cluster_keys, .rule = check_cluster};
inline constexpr Shape environment_name{
    .takes = is_environment_name,
    .what = "a name of letters, digits, blanks and _ / . - $ { }, with no slash at its ends"};
inline constexpr Keyword environment_keys[] = {{"name", &environment_name, true},
                                               {"url", &text},
                                               {"action", &action},
                                               {"on_stop", &text},
                                               {"auto_stop_in", &text},
                                               {"deployment_tier", &text},
                                               {"kubernetes", &cluster}};
inline constexpr Shape environment{
    .forms = form::text | form::map,
    .takes = is_environment_name,
    .what = "a name of letters, digits, blanks and _ / . - $ { }, with no slash at its ends",
    .keywords = environment_keys};

}  // namespace statelane::gitlab::shapes
