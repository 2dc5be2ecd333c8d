#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/build_pipeline.hpp"
#include "pipeline/pipeline.hpp"
#include "states/state.hpp"

namespace statelane::pipeline {

/// What the key of a cache begins with: pipelines of merge requests and of branches that are not protected have keys of
/// their own, so that nothing that they put there is found by a pipeline with more rights.
std::string_view provider_cache_prefix(const PipelineRequest& request);

/// What `init` downloads, kept between jobs: one cache for each distinct content of `.terraform.lock.hcl`, which says
/// what may be in it. States without a lock file have none: whatever lay there would be run. Jobs that write one key
/// overwrite each other, so only the first plan job of each writes it, of all children together.
class ProviderCaches {
 public:
  /// Of the request `lock_files`: state id → content id of the lock file, of all states that may share a cache, also
  /// those of other children. Empty: there is no lock file. Of a state that is not listed, only its own pipeline
  /// counts.
  explicit ProviderCaches(const PipelineRequest& request)
      : prefix_(provider_cache_prefix(request)), lock_files_(request.lock_files) {
    for (const auto& [id, content] : lock_files_) writers_.emplace(content, id);
  }

  struct Use {
    std::string hidden_job;  ///< to extend
    bool is_writer = false;  ///< the first state with this key: its plan job writes the cache
  };

  /// The cache of a state's jobs; none without a lock file. To be asked once for each state, in the order of the ids.
  std::optional<Use> use(const states::State& state);

  /// The hidden jobs, in the order of their first use; this object is spent afterwards.
  std::vector<Job> take_jobs() { return std::move(jobs_); }

 private:
  std::string_view prefix_;
  const std::map<std::string, std::string>& lock_files_;
  std::map<std::string, std::string> writers_;  ///< content id → state
  std::map<std::string, std::string> names_;    ///< content id → hidden job
  std::vector<Job> jobs_;
};

/// The state's jobs get a provider cache of ours: it is Terraform, and nobody gave them another cache.
bool wants_provider_cache(const states::State& state, bool templates_have_cache);

/// A provider cache of this state alone, which its plan job writes. Its key differs by what kind of pipeline runs, as
/// GitLab's variables tell it there.
yaml::Value own_provider_cache(const states::State& state);

/// The value of `cache:key` for the lock file of a state directory whose content id is `content`.
yaml::Value provider_cache_key(const RepoPath& directory, const std::string& content, std::string_view prefix);

/// The directory in which the job helper lets Terraform keep providers.
inline constexpr std::string_view provider_cache_path = ".statelane/cache/plugins";

}  // namespace statelane::pipeline
