#include "lint/keywords.hpp"

namespace statelane::lint {

namespace {

constexpr std::string_view job[] = {"after_script",
                                    "allow_failure",
                                    "artifacts",
                                    "before_script",
                                    "cache",
                                    "coverage",
                                    "dast_configuration",
                                    "dependencies",
                                    "environment",
                                    "except",
                                    "extends",
                                    "hooks",
                                    "id_tokens",
                                    "identity",
                                    "image",
                                    "inherit",
                                    "inputs",
                                    "interruptible",
                                    "manual_confirmation",
                                    "needs",
                                    "only",
                                    "pages",
                                    "parallel",
                                    "publish",
                                    "release",
                                    "resource_group",
                                    "retry",
                                    "rules",
                                    "run",
                                    "script",
                                    "secrets",
                                    "services",
                                    "stage",
                                    "start_in",
                                    "tags",
                                    "timeout",
                                    "trigger",
                                    "type",
                                    "variables",
                                    "when"};
constexpr std::string_view trigger_job[] = {
    "allow_failure", "environment", "except",   "extends",        "inherit", "interruptible", "manual_confirmation",
    "needs",         "only",        "parallel", "resource_group", "rules",   "stage",         "trigger",
    "variables",     "when",        "inputs"};
constexpr std::string_view root[] = {"after_script", "before_script", "cache", "default", "image",     "include",
                                     "pages",        "services",      "spec",  "stages",  "variables", "workflow"};
constexpr std::string_view rule[] = {"allow_failure", "auto_cancel", "changes",  "exists",    "if",
                                     "interruptible", "needs",       "start_in", "variables", "when"};
constexpr std::string_view artifacts[] = {"access", "exclude", "expire_in", "expose_as", "name",
                                          "paths",  "public",  "reports",   "untracked", "when"};
constexpr std::string_view reports[] = {"accessibility",
                                        "annotations",
                                        "api_fuzzing",
                                        "browser_performance",
                                        "cluster_image_scanning",
                                        "codequality",
                                        "container_scanning",
                                        "coverage_fuzzing",
                                        "coverage_report",
                                        "cyclonedx",
                                        "dast",
                                        "dependency_scanning",
                                        "dotenv",
                                        "junit",
                                        "license_management",
                                        "license_scanning",
                                        "load_performance",
                                        "lsif",
                                        "metrics",
                                        "performance",
                                        "repository_xray",
                                        "requirements",
                                        "requirements_v2",
                                        "sarif",
                                        "sast",
                                        "secret_detection",
                                        "terraform",
                                        "cobertura"};
constexpr std::string_view cache[] = {"fallback_keys", "key", "paths", "policy", "unprotect", "untracked", "when"};
constexpr std::string_view image[] = {"docker", "entrypoint", "kubernetes", "name", "pull_policy"};
constexpr std::string_view environment[] = {"action",  "auto_stop_in", "deployment_tier", "kubernetes", "name",
                                            "on_stop", "url"};
constexpr std::string_view need[] = {"artifacts", "job", "optional", "parallel", "pipeline", "project", "ref"};

}  // namespace

std::span<const std::string_view> job_keywords() { return job; }
std::span<const std::string_view> trigger_job_keywords() { return trigger_job; }
std::span<const std::string_view> root_keywords() { return root; }
std::span<const std::string_view> rule_keywords() { return rule; }
std::span<const std::string_view> artifacts_keywords() { return artifacts; }
std::span<const std::string_view> report_keywords() { return reports; }
std::span<const std::string_view> cache_keywords() { return cache; }
std::span<const std::string_view> image_keywords() { return image; }
std::span<const std::string_view> environment_keywords() { return environment; }
std::span<const std::string_view> need_keywords() { return need; }

}  // namespace statelane::lint
