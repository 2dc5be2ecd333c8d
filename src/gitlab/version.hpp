#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace statelane::gitlab {

/// A version of GitLab's server.
struct Version {
  int major = 0;
  int minor = 0;
  int patch = 0;
  bool is_released = true;  ///< false for `18.2.0-pre` and release candidates: older than 18.2.0

  friend auto operator<=>(const Version&, const Version&) = default;
};

/// The first version that may be without `only` and `except`: they are deprecated and leave with "a future major
/// milestone" (https://docs.gitlab.com/ci/yaml/deprecated_keywords/), of which no release has come yet. From it on
/// `rules:changes` is written, which every version takes.
inline constexpr Version only_may_be_gone{20, 0, 0};

/// What is assumed where neither `CI_SERVER_VERSION` nor the configuration says.
inline constexpr Version assumed_version{17, 0, 0};

/// Reads `17`, `17.0`, `16.11.3-ee`, `v18.2.0-pre`. Empty when it is no version.
std::optional<Version> parse_version(std::string_view text);

/// `17.0.0`, `18.2.0-pre`
std::string to_string(const Version& version);

/// What not every server in use knows.
enum class Feature {
  variables_expand,       ///< `variables: {X: {value: …, expand: false}}`
  report_annotations,     ///< `artifacts:reports:annotations`
  workflow_auto_cancel,   ///< `workflow:auto_cancel`
  artifacts_access,       ///< `artifacts:access: developer`; before, `artifacts:public: false`
  manual_confirmation,    ///< the question before a manual job starts
  compare_to_variables,   ///< variables in `rules:changes:compare_to`
  yaml_of_two_mebibytes,  ///< `max_yaml_size_bytes` is 2 MiB; before, 1 MiB
  retry_exit_codes,       ///< `retry:exit_codes`
  trigger_inputs,         ///< `trigger:inputs`
  strategy_mirror,        ///< `trigger:strategy: mirror`; an older server refuses the file
  artifacts_access_maintainer,
  child_reports,       ///< Terraform reports of child pipelines show in the merge request
  upstream_variables,  ///< `CI_UPSTREAM_PIPELINE_ID` and its like in children
  retry_interrupted,   ///< `retry:when: runner_interrupted`, the runner was stopped; before, `unknown_failure`
};

/// The first version that has `feature`.
Version introduced_in(Feature feature);

inline bool supports(Feature feature, const Version& version) { return version >= introduced_in(feature); }

}  // namespace statelane::gitlab
