#pragma once

#include <span>
#include <string_view>

namespace statelane::lint {

// The keywords that GitLab knows, by their place (its CI schema and lib/gitlab/ci/config/entry).
std::span<const std::string_view> job_keywords();
/// Of a job with `trigger`, which no runner takes.
std::span<const std::string_view> trigger_job_keywords();
std::span<const std::string_view> root_keywords();
std::span<const std::string_view> rule_keywords();
std::span<const std::string_view> artifacts_keywords();
std::span<const std::string_view> report_keywords();
std::span<const std::string_view> cache_keywords();
std::span<const std::string_view> image_keywords();
std::span<const std::string_view> environment_keywords();
std::span<const std::string_view> need_keywords();

}  // namespace statelane::lint
