#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "base/file_descriptor.hpp"

namespace statelane::repo {

/// An object as git gives it.
struct GitObjectBytes {
  std::string type;  ///< blob, tree, commit or tag
  std::string bytes;
};

/// A running `git cat-file --batch`: any object, also of formats that libgit2 does not know, and of a partial clone,
/// where git fetches what is missing. Started by the first question, and again when a damaged object ended it.
class CatFile {
 public:
  explicit CatFile(std::filesystem::path git_directory, std::chrono::milliseconds patience = std::chrono::minutes(2))
      : git_directory_(std::move(git_directory)), patience_(patience) {}
  CatFile(const CatFile&) = delete;
  CatFile& operator=(const CatFile&) = delete;
  ~CatFile() { stop(); }

  /// The object; empty when git does not have it. Throws `Error` with git's words when it is damaged, when nothing came
  /// for as long as its patience lasts, and when there is no `git`.
  std::optional<GitObjectBytes> read(const std::string& id);

 private:
  void start();
  void stop();
  void ask(const std::string& id);
  void read_more();
  std::string take(std::size_t count);
  std::string take_line();
  [[noreturn]] void fail();

  std::filesystem::path git_directory_;
  std::chrono::milliseconds patience_;
  pid_t pid_ = -1;
  FileDescriptor questions_;
  FileDescriptor answers_;
  FileDescriptor complaints_;  ///< a file in memory
  std::string buffer_;
};

}  // namespace statelane::repo
