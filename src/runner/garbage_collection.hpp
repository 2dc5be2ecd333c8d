#pragma once

#include <cstdint>
#include <filesystem>

#include "runner/job_environment.hpp"

namespace statelane::runner {

/// Bytes of memory that the job may still take: what the machine has available and what its control groups (both
/// versions) and its limit of address space leave. `root` is where `/proc` and `/sys` are. 0 where it is not known.
std::uint64_t find_spare_memory(const std::filesystem::path& root = "/");

/// Terraform, OpenTofu and their providers are Go programs, which spend a quarter of their processor time on collecting
/// garbage (GOGC, GOMEMLIMIT: https://go.dev/doc/gc-guide). Where there is much memory to spare they may let more of it
/// lie. Empty where there is little, and where the user's environment, or `variables` of the lane, say how it is to be
/// done. Not for an apply: nothing may bring it nearer to the end of the memory.
EnvironmentChanges choose_garbage_collection(std::uint64_t spare_memory, const EnvironmentChanges& variables);

}  // namespace statelane::runner
