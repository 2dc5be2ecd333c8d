#pragma once

#include <filesystem>

#include "repo/tree.hpp"

namespace statelane::cli {

/// The files of another revision in a directory of their own, readable by their owner only; gone at the end of the
/// scope. Files are written as git stores them: no filters run (line ends, LFS), submodules stay empty.
class CheckedOut {
 public:
  /// Throws `Error` (environment) when a file cannot be read or written. What an earlier run left in `directory` goes
  /// first.
  CheckedOut(const repo::Tree& tree, std::filesystem::path directory);
  CheckedOut(const CheckedOut&) = delete;
  CheckedOut& operator=(const CheckedOut&) = delete;
  ~CheckedOut();

  const std::filesystem::path& directory() const { return directory_; }

 private:
  std::filesystem::path directory_;
};

}  // namespace statelane::cli
