#include "pipeline/check_keywords.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <initializer_list>

#include "config/config.hpp"
#include "gitlab/duration.hpp"
#include "gitlab/limits.hpp"
#include "pipeline/check_needs.hpp"

namespace statelane::pipeline {

namespace {

std::size_t length_of(const yaml::Value* value) {
  return value != nullptr && value->as_list() != nullptr ? value->as_list()->size() : 0;
}

bool is_one_of(const yaml::Value& value, std::initializer_list<std::string_view> words) {
  const std::string* text = value.as_string();
  return text != nullptr && std::find(words.begin(), words.end(), *text) != words.end();
}

/// What GitLab's KeyValidator refuses, after unescaping: a slash, and nothing but dots.
bool is_cache_key(std::string_view key) {
  std::string lower(key);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char byte) { return static_cast<char>(std::tolower(byte)); });
  return !lower.empty() && lower.find('/') == std::string::npos && lower.find("%2f") == std::string::npos &&
         lower.find_first_not_of('.') != std::string::npos && lower != "%2e" && lower != "%2e%2e";
}

class KeywordCheck {
 public:
  KeywordCheck(const JobIndex& jobs, const Job& job, Diagnostics& diagnostics)
      : jobs_(jobs), job_(job), diagnostics_(diagnostics) {}

  void run() {
    check_caches();
    check_tags();
    check_retry();
    check_timeout();
    check_artifacts();
    check_tokens();
    check_image();
    check_environment();
    check_start();
  }

 private:
  const yaml::Value* keyword(std::string_view name) const { return jobs_.effective(job_, name); }

  /// The value at `key` of a map keyword, which templates may share out among them.
  const yaml::Value* inside(std::string_view name, std::string_view key) const {
    return jobs_.effective_inside(job_, name, key);
  }

  void fault(const std::string& what) { report_fault(job_, what, diagnostics_); }

  void check_caches() {
    const yaml::Value* cache = keyword("cache");
    if (cache == nullptr) return;
    const yaml::Value::List* list = cache->as_list();
    if (list == nullptr) return check_cache(inside("cache", "key"), inside("cache", "fallback_keys"));
    if (list->size() > gitlab::max_caches) {
      fault(fmt::format("it has {} caches, and GitLab allows {}", list->size(), gitlab::max_caches));
    }
    for (const yaml::Value& one : *list) check_cache(one.find("key"), one.find("fallback_keys"));
  }

  void check_cache(const yaml::Value* key, const yaml::Value* fallback_keys) {
    if (length_of(fallback_keys) > gitlab::max_cache_fallback_keys) {
      fault(fmt::format("a cache has {} fallback keys, and GitLab allows {}", length_of(fallback_keys),
                        gitlab::max_cache_fallback_keys));
    }
    if (key == nullptr) return;
    const yaml::Value* text = key->as_map() != nullptr ? key->find("prefix") : key;
    if (text != nullptr && text->as_string() != nullptr && !is_cache_key(*text->as_string())) {
      fault(fmt::format("GitLab does not take \"{}\" as a cache key", *text->as_string()));
    }
    const std::size_t files = length_of(key->find("files"));
    if (files > gitlab::max_cache_key_files) {
      fault(fmt::format("a cache key has {} files, and GitLab allows {}", files, gitlab::max_cache_key_files));
    }
    if (files > 0 && text == nullptr) fault("a cache key with files and without a prefix may hold a slash");
  }

  void check_tags() {
    const std::size_t tags = length_of(keyword("tags"));
    if (tags > gitlab::max_runner_tags) {
      fault(fmt::format("it has {} tags, and GitLab allows {}", tags, gitlab::max_runner_tags));
    }
  }

  void check_retry() {
    const yaml::Value* retry = keyword("retry");
    if (retry == nullptr) return;
    const yaml::Value* most = retry->as_map() != nullptr ? inside("retry", "max") : retry;
    const auto* number = most != nullptr ? std::get_if<std::int64_t>(&most->data) : nullptr;
    if (most != nullptr && (number == nullptr || *number < 0 || *number > std::int64_t{gitlab::max_retries})) {
      fault(fmt::format("\"retry\" is 0, 1 or {}", gitlab::max_retries));
    }
  }

  void check_timeout() {
    const yaml::Value* timeout = keyword("timeout");
    if (timeout == nullptr) return;
    if (timeout->as_string() == nullptr || !gitlab::parse_duration(*timeout->as_string())) {
      fault("\"timeout\" is no span of time like \"1h 30m\"");
    }
  }

  void check_artifacts() {
    const yaml::Value* access = inside("artifacts", "access");
    if (access != nullptr && !is_one_of(*access, {"all", "developer", "maintainer", "none"})) {
      fault("\"artifacts:access\" is one of all, developer, maintainer, none");
    }
    if (access != nullptr && inside("artifacts", "public") != nullptr) {
      fault("\"artifacts:access\" and \"artifacts:public\" exclude each other");
    }
    const yaml::Value* when = inside("artifacts", "when");
    if (when != nullptr && !is_one_of(*when, {"on_success", "on_failure", "always"})) {
      fault("\"artifacts:when\" is one of on_success, on_failure, always");
    }
    if (inside("artifacts", "expose_as") != nullptr) {
      diagnostics_.warning(RepoPath::of(config::file_name), std::nullopt,
                           "\"artifacts:expose_as\" shows nothing: GitLab looks for it in the parent pipeline only",
                           {"the job's page links to its report by artifacts:reports:annotations"});
    }
  }

  void check_tokens() {
    const yaml::Value* tokens = keyword("id_tokens");
    if (tokens == nullptr) return;
    if (tokens->as_map() == nullptr) return fault("\"id_tokens\" is a map of names");
    for (const auto& [name, token] : *tokens->as_map()) {
      if (token.find("aud") == nullptr) fault(fmt::format("the id token \"{}\" has no \"aud\"", name));
    }
  }

  void check_image() {
    const yaml::Value* image = keyword("image");
    if (image == nullptr || image->as_string() != nullptr) return;
    if (inside("image", "name") == nullptr) fault("\"image\" has no \"name\"");
    const yaml::Value* entrypoint = inside("image", "entrypoint");
    if (entrypoint != nullptr && entrypoint->as_list() == nullptr) fault("\"image:entrypoint\" is a list");
  }

  void check_environment() {
    const yaml::Value* tier = inside("environment", "deployment_tier");
    if (tier != nullptr && !is_one_of(*tier, {"production", "staging", "testing", "development", "other"})) {
      fault("\"environment:deployment_tier\" is one of production, staging, testing, development, other");
    }
  }

  /// With exit codes, GitLab takes a manual job for a blocking one, whatever else is said.
  void check_start() {
    const yaml::Value* when = keyword("when");
    const yaml::Value* failure = keyword("allow_failure");
    const bool is_manual = when != nullptr && *when == yaml::Value("manual");
    if (is_manual && failure != nullptr && failure->find("exit_codes") != nullptr) {
      fault("a manual job cannot have \"allow_failure:exit_codes\"");
    }
  }

  const JobIndex& jobs_;
  const Job& job_;
  Diagnostics& diagnostics_;
};

}  // namespace

void check_keywords(const JobIndex& jobs, const Job& job, Diagnostics& diagnostics) {
  KeywordCheck(jobs, job, diagnostics).run();
}

}  // namespace statelane::pipeline
