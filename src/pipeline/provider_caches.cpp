#include "pipeline/provider_caches.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gitlab/names.hpp"

namespace statelane::pipeline {

namespace {

constexpr std::string_view key_prefix = "statelane-providers";

/// A committed file serves all kinds of pipelines: `true-push` is a protected branch, and no merge request is that.
constexpr std::string_view kind_of_pipeline = "$CI_COMMIT_REF_PROTECTED-$CI_PIPELINE_SOURCE";

/// `cache:key:files` takes wildcards and offers no way to escape them.
bool is_literal(std::string_view path) { return path.find_first_of("*?[]{}\\$") == std::string_view::npos; }

}  // namespace

std::string_view provider_cache_prefix(const PipelineRequest& request) {
  if (gitlab::is_merge_request(request.kind)) return "statelane-providers-merge-request";
  return request.is_protected ? key_prefix : "statelane-providers-unprotected";
}

yaml::Value provider_cache_key(const RepoPath& directory, const std::string& content, std::string_view prefix) {
  const std::string path = directory.child(".terraform.lock.hcl").str();
  if (!is_literal(path)) return std::string(prefix) + "-" + gitlab::slug(content);
  return yaml::Value::Map{{"files", yaml::Value::List{path}}, {"prefix", prefix}};
}

bool wants_provider_cache(const states::State& state, bool templates_have_cache) {
  const bool has_own = state.settings.job && state.settings.job->find("cache") != nullptr;
  return state.kind == states::StateKind::terraform && !templates_have_cache && !has_own;
}

yaml::Value own_provider_cache(const states::State& state) {
  const std::string prefix = fmt::format("{}-{}-{}", key_prefix, gitlab::slug(state.id), kind_of_pipeline);
  const std::string path = state.directory.child(".terraform.lock.hcl").str();
  const yaml::Value key = is_literal(path)
                              ? yaml::Value(yaml::Value::Map{{"files", yaml::Value::List{path}}, {"prefix", prefix}})
                              : yaml::Value(prefix);
  return yaml::Value::Map{{"key", key}, {"paths", yaml::Value::List{provider_cache_path}}, {"policy", "pull"}};
}

std::optional<ProviderCaches::Use> ProviderCaches::use(const states::State& state) {
  const auto lock_file = lock_files_.find(state.id);
  if (lock_file == lock_files_.end() || lock_file->second.empty()) return std::nullopt;
  const std::string& content = lock_file->second;
  const bool is_writer = writers_.at(content) == state.id;
  if (const auto known = names_.find(content); known != names_.end()) return Use{known->second, is_writer};
  std::string name = "." + gitlab::job_name("providers", state.id);
  names_.emplace(content, name);
  jobs_.push_back({name,
                   {"providers of every state with the same lock file"},
                   {{"cache", yaml::Value::Map{{"key", provider_cache_key(state.directory, content, prefix_)},
                                               {"paths", yaml::Value::List{provider_cache_path}},
                                               {"policy", "pull"}}}}});
  return Use{std::move(name), is_writer};
}

}  // namespace statelane::pipeline
