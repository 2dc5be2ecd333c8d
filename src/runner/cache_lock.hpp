#pragma once

#include <filesystem>

#include "process/file_descriptor.hpp"
#include "runner/job_log.hpp"
#include "runner/supervise.hpp"

namespace statelane::runner {

/// Keeps other jobs of this machine from filling the same provider cache at the same time: Terraform's `init` is not
/// made for that (hashicorp/terraform#31964). Held as long as the object lives. Where the directory cannot be written
/// nothing can be filled, and where locks are not to be had nothing is kept.
class CacheLock {
 public:
  /// Waits for the other job; says so once. Returns early when a stop signal comes.
  CacheLock(const std::filesystem::path& cache, Supervisor& supervisor, JobLog& log);

 private:
  process::FileDescriptor file_;
};

}  // namespace statelane::runner
