#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "base/file_descriptor.hpp"
#include "base/files.hpp"
#include "runner/job_environment.hpp"
#include "runner/job_log.hpp"
#include "runner/lane.hpp"
#include "runner/supervise.hpp"
#include "runner/tool.hpp"

namespace statelane::runner {

/// Where `init` keeps the providers of a lane.
struct ProviderCache {
  std::filesystem::path directory{};
  bool is_ours = false;       ///< TF_PLUGIN_CACHE_DIR has to say so
  std::string passed_over{};  ///< the user's own cache, in words, where it is not used
};

/// The user's own cache where there is one: TF_PLUGIN_CACHE_DIR, else what the CLI configuration says (`configured`;
/// empty: nothing). Without a lock file the tool downloads into it anew what other jobs may be running just then; such
/// a job gets a cache of its own.
ProviderCache choose_provider_cache(const LaneDescription& lane, const JobEnvironment& job,
                                    const std::string& configured, bool has_lock_file);

/// Says that the user's own cache is passed over, why, and how to get it used.
std::string describe_passed_over(const ProviderCache& cache);

/// `plugin_cache_dir` of a CLI configuration's text, in either syntax, with variables (`$HOME`) put in; empty: not set.
std::string read_plugin_cache_dir(std::string_view text);

/// The same of the user's own configuration, where the tool looks for it: TF_CLI_CONFIG_FILE, else the file in HOME
/// and those of `~/.terraform.d`.
std::string find_plugin_cache_dir(const ToolIdentity& tool);

/// One job that fills a provider cache, as long as the object lives. Keeps other jobs of this machine from filling it
/// at the same time, for which `init` is not made (hashicorp/terraform#31964), and takes out what an `init` that did
/// not end well may have left half written: OpenTofu would never mend that. A list of what was whole before lies in
/// the cache meanwhile, so that the next job can do it for one that was killed. Where the directory cannot be written
/// nothing can be filled, and where locks are not to be had nothing is kept.
class CacheFilling {
 public:
  /// Waits for the other job; says so once. Returns early when a stop signal comes.
  CacheFilling(const std::filesystem::path& cache, Supervisor& supervisor, JobLog& log);
  CacheFilling(const CacheFilling&) = delete;
  CacheFilling& operator=(const CacheFilling&) = delete;
  ~CacheFilling();

  /// All that is in the cache is whole.
  void finish();

 private:
  /// One installed provider is a directory `HOST/NAMESPACE/TYPE/VERSION/PLATFORM`; with the time of its last change.
  using Entries = std::map<std::string, std::string>;

  bool lock(Supervisor& supervisor, JobLog& log);
  Entries entries() const;
  void remove_others(const Entries& whole) const;
  void recover(JobLog& log) const;

  std::filesystem::path cache_;
  files::Place list_;  ///< of what was whole before
  FileDescriptor file_;
  Entries before_;
  bool is_filling_ = false;
};

}  // namespace statelane::runner
