#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "repo/change_set.hpp"
#include "repo/repository.hpp"

using namespace statelane;

namespace {

namespace fs = std::filesystem;

std::string read_bytes(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_bytes(const fs::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// Two commits, the first in a pack with an index of packs, the second in loose objects; gone with the process.
class DamagedRepository {
 public:
  DamagedRepository() : path_(fs::temp_directory_path() / ("statelane-fuzz-" + std::to_string(::getpid()))) {
    fs::remove_all(path_);
    fs::create_directories(path_ / "net");
    run("git init -q -b main .");
    write_bytes(path_ / "net/main.tf",
                "terraform {\n  backend \"s3\" {\n    bucket = \"b\"\n    key = \"k\"\n  }\n}\n");
    write_bytes(path_ / "net/big.txt", std::string(5000, 'x') + "1");
    run("git add -A && git commit -qm 1 && git repack -qad && git multi-pack-index write && git pack-refs --all");
    write_bytes(path_ / "net/big.txt", std::string(5000, 'x') + "2");
    run("git add -A && git commit -qm 2");
    for (const auto& entry : fs::recursive_directory_iterator(path_ / ".git")) {
      const std::string name = entry.path().lexically_relative(path_ / ".git").string();
      const bool is_ours = name.starts_with("objects") || name.starts_with("refs") || name == "HEAD" ||
                           name == "index" || name == "packed-refs" || name == "config";
      if (!entry.is_regular_file() || !is_ours) continue;
      fs::permissions(entry.path(), fs::perms::owner_all);
      files_.push_back({entry.path(), read_bytes(entry.path())});
    }
  }
  ~DamagedRepository() { fs::remove_all(path_); }
  DamagedRepository(const DamagedRepository&) = delete;
  DamagedRepository& operator=(const DamagedRepository&) = delete;

  const fs::path& path() const { return path_; }

  /// Each four bytes: which file, where (two), and by what it is changed; 0 cuts it off there.
  void damage(const std::uint8_t* data, std::size_t size) {
    for (std::size_t at = 0; at + 4 <= size && at < 64; at += 4) {
      const File& file = files_[data[at] % files_.size()];
      std::string bytes = read_bytes(file.path);
      if (bytes.empty()) continue;
      const std::size_t place = (data[at + 1] * 256U + data[at + 2]) % bytes.size();
      if (data[at + 3] == 0) {
        bytes.resize(place);
      } else {
        bytes[place] = static_cast<char>(bytes[place] ^ data[at + 3]);
      }
      write_bytes(file.path, bytes);
    }
  }

  void mend() const {
    for (const File& file : files_) write_bytes(file.path, file.bytes);
  }

 private:
  struct File {
    fs::path path;
    std::string bytes;
  };

  void run(const std::string& command) const {
    const std::string identity =
        "GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_AUTHOR_NAME=a "
        "GIT_AUTHOR_EMAIL=a GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a "
        "GIT_AUTHOR_DATE='1000000000 +0000' GIT_COMMITTER_DATE='1000000000 +0000' ";
    if (std::system(("cd '" + path_.string() + "' && export " + identity + "&& " + command).c_str()) != 0) std::abort();
  }

  fs::path path_;
  std::vector<File> files_;
};

void read_all(const repo::Tree& tree, const RepoPath& directory) {
  for (const repo::TreeEntry& entry : tree.list(directory)) {
    const RepoPath path = directory.child(entry.name);
    if (entry.kind == repo::EntryKind::directory) read_all(tree, path);
    if (entry.kind == repo::EntryKind::file) {
      tree.size(path);
      tree.read(path);
    }
  }
}

}  // namespace

/// Loose objects, packs, their indexes and references, with bytes changed or cut off: an error or an answer, in bounded
/// time and memory. The git program is left out, so that what is read is read here.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static DamagedRepository damaged;
  ::setenv("PATH", "/nonexistent", 1);
  damaged.damage(data, size);
  for (const std::string revision : {"HEAD", "HEAD~1", "main"}) {
    try {
      const repo::Repository repository = repo::Repository::open(damaged.path());
      const auto tree = repository.commit_tree(repository.resolve(revision));
      read_all(*tree, RepoPath());
      repo::diff_trees(nullptr, tree.get());
    } catch (const Error&) {
      // With a reason, which is what is wanted.
    }
  }
  damaged.mend();
  return 0;
}
