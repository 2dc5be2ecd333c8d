#pragma once

#include <memory>
#include <optional>
#include <unordered_map>

#include "base/diagnostics.hpp"
#include "hcl/syntax.hpp"
#include "terragrunt/files.hpp"

namespace statelane::terragrunt {

/// Every file of configuration that was read, each parsed once for all units.
class ParsedFiles {
 public:
  ParsedFiles(const Files& files, Diagnostics& diagnostics) : files_(files), diagnostics_(diagnostics) {}

  /// The file at `path`; null when there is none. Its faults are told once, as warnings; what could be read is there.
  const hcl::File* find(const RepoPath& path);

 private:
  const Files& files_;
  Diagnostics& diagnostics_;
  std::unordered_map<RepoPath, std::unique_ptr<hcl::File>> files_by_origin_;
};

}  // namespace statelane::terragrunt
