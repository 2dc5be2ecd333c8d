#pragma once

#include <map>
#include <string>
#include <vector>

#include "pipeline/pipeline.hpp"
#include "states/state.hpp"

namespace statelane::pipeline {

/// What `init` downloads, kept between jobs: one cache for each distinct content of `.terraform.lock.hcl`. Jobs that
/// write one key overwrite each other, so only the first plan job of each writes it.
class ProviderCaches {
 public:
  /// `lock_files`: state id → content id of the lock file, where there is one.
  explicit ProviderCaches(const std::map<std::string, std::string>& lock_files) : lock_files_(lock_files) {}

  struct Use {
    std::string hidden_job;  ///< to extend
    bool is_first = false;   ///< the first state with this key: its plan job writes the cache
  };

  /// The cache of a state's jobs. To be asked once for each state, in the order of the ids.
  Use use(const states::State& state);

  /// The hidden jobs, in the order of their first use; this object is spent afterwards.
  std::vector<Job> take_jobs() { return std::move(jobs_); }

 private:
  const std::map<std::string, std::string>& lock_files_;
  std::map<std::string, std::string> names_;  ///< content id → hidden job
  std::vector<Job> jobs_;
};

/// The value of `cache:key` for the lock file of a state directory whose content id is `content`; empty: there is no
/// lock file.
YamlValue provider_cache_key(const RepoPath& directory, const std::string& content, std::string_view prefix);

/// The directory in which the job helper lets Terraform keep providers.
inline constexpr std::string_view provider_cache_path = ".statelane/cache/plugins";

}  // namespace statelane::pipeline
