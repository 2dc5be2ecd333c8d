#include "cli/check_out.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <csignal>

#include "repo/memory_tree.hpp"
#include "support/scratch_directory.hpp"
#include "support/words_of_error.hpp"

using statelane::RepoPath;
using statelane::cli::CheckedOut;
using statelane::repo::MemoryTree;
using statelane::support::words_of_error;

namespace {

/// No file may have a byte within the scope, as on a full disk.
class FullDisk {
 public:
  FullDisk() {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit none{0, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &none);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, action_);
  }

 private:
  rlimit before_{};
  void (*action_)(int) = std::signal(SIGXFSZ, SIG_IGN);
};

}  // namespace

TEST_CASE("files of a commit that the disk does not take are an error with the file and the reason") {
  const statelane::support::ScratchDirectory scratch;
  const std::map<RepoPath, MemoryTree::File> files = {{RepoPath::of("net/main.tf"), {"locals {}\n"}}};
  const MemoryTree tree(files);
  const auto directory = scratch.path() / "private" / "net";
  std::string words;
  {
    const FullDisk full;
    words = words_of_error([&] { const CheckedOut out(tree, directory); });
  }
  CHECK(words == fmt::format("cannot write {}: File too large", (directory / "net/main.tf").string()));
}
