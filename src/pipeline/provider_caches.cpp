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

YamlValue provider_cache_key(const RepoPath& directory, const std::string& content, std::string_view prefix) {
  if (content.empty()) return std::string(prefix) + "-unlocked";
  const std::string path = directory.child(".terraform.lock.hcl").str();
  if (!is_literal(path)) return std::string(prefix) + "-" + gitlab::slug(content);
  return YamlValue::Map{{"files", YamlValue::List{path}}, {"prefix", prefix}};
}

ProviderCaches::Use ProviderCaches::use(const states::State& state) {
  const auto lock_file = lock_files_.find(state.id);
  const std::string content = lock_file == lock_files_.end() ? "" : lock_file->second;
  const auto known = names_.find(content);
  if (known != names_.end()) return {known->second, false};
  std::string name = content.empty() ? std::string(without_lock_file) : "." + gitlab::job_name("providers", state.id);
  names_.emplace(content, name);
  const std::string_view shared =
      content.empty() ? "providers of states without a lock file" : "providers of every state with the same lock file";
  jobs_.push_back({name,
                   {std::string(shared)},
                   {{"cache", YamlValue::Map{{"key", provider_cache_key(state.directory, content, key_prefix)},
                                             {"paths", YamlValue::List{provider_cache_path}},
                                             {"policy", "pull"}}}}});
  return {std::move(name), true};
}

}  // namespace statelane::pipeline
