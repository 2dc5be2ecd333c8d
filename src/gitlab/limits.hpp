#pragma once

#include <cstddef>

#include "gitlab/version.hpp"

// GitLab's limits as a server has them that nobody has configured. The comment names the setting or the code.

namespace statelane::gitlab {

inline constexpr std::size_t max_job_name_characters = 255;        ///< lib/gitlab/ci/config/entry/processable.rb
inline constexpr std::size_t max_environment_characters = 255;     ///< app/models/environment.rb
inline constexpr std::size_t max_resource_group_characters = 255;  ///< app/models/ci/resource_group.rb
inline constexpr std::size_t max_stage_characters = 255;

inline constexpr std::size_t max_needs = 50;                ///< ci_needs_size_limit
inline constexpr std::size_t max_cross_pipeline_needs = 5;  ///< lib/gitlab/ci/config/entry/needs.rb
inline constexpr std::size_t max_environment_jobs = 500;    ///< ci_pipeline_deployments, for one pipeline
inline constexpr std::size_t max_jobs_on_free_tier = 500;   ///< GitLab.com, for one pipeline
inline constexpr std::size_t max_extends_depth = 11;
inline constexpr std::size_t max_caches = 4;  ///< of one job
inline constexpr std::size_t max_cache_fallback_keys = 5;
inline constexpr std::size_t max_cache_key_files = 2;
inline constexpr std::size_t max_runner_tags = 49;  ///< of one job: "less than 50"
inline constexpr std::size_t max_retries = 2;       ///< `retry:max`
inline constexpr std::size_t max_parallel = 200;

inline constexpr std::size_t max_trigger_includes = 3;      ///< INCLUDE_MAX_SIZE, entry/trigger.rb
inline constexpr std::size_t max_child_depth = 2;           ///< MAX_NESTED_CHILDREN
inline constexpr std::size_t max_pipelines_in_tree = 1000;  ///< pipeline_hierarchy_size
inline constexpr std::size_t max_include_artifact_bytes =
    5'000'000;                                      ///< max_artifacts_content_include_size, zip and file
inline constexpr std::size_t max_yaml_depth = 100;  ///< max_yaml_depth

inline constexpr std::size_t max_rules_changes_patterns = 50;   ///< of one `changes`, entry/rules/rule/changes.rb
inline constexpr std::size_t max_pattern_comparisons = 50'000;  ///< CHANGES_MAX_PATTERN_COMPARISONS: above, true
/// `only:changes` sees no more files of a diff than the server shows: 1,000, on GitLab.com 3,000.
inline constexpr std::size_t max_diff_files = 1000;

/// `max_yaml_size_bytes`: bounds the text, and separately the parsed values as `deep_size` measures them.
inline std::size_t max_yaml_bytes(const Version& version) {
  return supports(Feature::yaml_of_two_mebibytes, version) ? std::size_t{2} << 20 : std::size_t{1} << 20;
}

}  // namespace statelane::gitlab
