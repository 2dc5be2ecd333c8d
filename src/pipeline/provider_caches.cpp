#include "pipeline/provider_caches.hpp"

#include <algorithm>

#include "gitlab/names.hpp"

namespace statelane::pipeline {

namespace {

constexpr std::string_view key_prefix = "statelane-providers";
constexpr std::string_view without_lock_file = ".providers-unlocked";

/// `cache:key:files` takes wildcards and offers no way to escape them.
bool is_literal(std::string_view path) { return path.find_first_of("*?[]{}\\$") == std::string_view::npos; }

}  // namespace

yaml::Value provider_cache_key(const RepoPath& directory, const std::string& content, std::string_view prefix) {
  if (content.empty()) return std::string(prefix) + "-unlocked";
  const std::string path = directory.child(".terraform.lock.hcl").str();
  if (!is_literal(path)) return std::string(prefix) + "-" + gitlab::slug(content);
  return yaml::Value::Map{{"files", yaml::Value::List{path}}, {"prefix", prefix}};
}

bool wants_provider_cache(const states::State& state, bool templates_have_cache) {
  const bool has_own = state.settings.job && state.settings.job->find("cache") != nullptr;
  return state.kind == states::StateKind::terraform && !templates_have_cache && !has_own;
}

yaml::Value own_provider_cache(const states::State& state) {
  const std::string prefix = std::string(key_prefix) + "-" + gitlab::slug(state.id);
  const std::string path = state.directory.child(".terraform.lock.hcl").str();
  const yaml::Value key = is_literal(path)
                              ? yaml::Value(yaml::Value::Map{{"files", yaml::Value::List{path}}, {"prefix", prefix}})
                              : yaml::Value(prefix);
  return yaml::Value::Map{{"key", key}, {"paths", yaml::Value::List{provider_cache_path}}, {"policy", "pull"}};
}

ProviderCaches::Use ProviderCaches::use(const states::State& state) {
  const auto lock_file = lock_files_.find(state.id);
  const std::string content = lock_file == lock_files_.end() ? "" : lock_file->second;
  const auto known = names_.find(content);
  const auto writer = writers_.find(content);
  const bool is_writer =
      lock_file == lock_files_.end() || writer == writers_.end() ? known == names_.end() : writer->second == state.id;
  if (known != names_.end()) return {known->second, is_writer};
  std::string name = content.empty() ? std::string(without_lock_file) : "." + gitlab::job_name("providers", state.id);
  names_.emplace(content, name);
  const std::string_view shared =
      content.empty() ? "providers of states without a lock file" : "providers of every state with the same lock file";
  jobs_.push_back({name,
                   {std::string(shared)},
                   {{"cache", yaml::Value::Map{{"key", provider_cache_key(state.directory, content, key_prefix)},
                                               {"paths", yaml::Value::List{provider_cache_path}},
                                               {"policy", "pull"}}}}});
  return {std::move(name), is_writer};
}

}  // namespace statelane::pipeline
