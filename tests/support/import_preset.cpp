#include "support/import_preset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "support/test_repo.hpp"

namespace statelane::support {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t first_second = 1'700'000'000;

/// Commits as fast-import reads them; each is marked with its number, counted from 1.
class Stream {
 public:
  explicit Stream(const fs::path& file) : out_(file, std::ios::binary) {}

  void begin_commit() {
    ++commits_;
    out_ << fmt::format(
        "commit refs/heads/main\nmark :{}\ncommitter Test <test@example.com> {} +0000\ndata 6\nchange\n", commits_,
        first_second + commits_);
    if (commits_ > 1) out_ << fmt::format("from :{}\n", commits_ - 1);
  }

  void put(const RepoPath& path, const std::optional<repo::MemoryTree::File>& file) {
    if (file) {
      out_ << render_file(path, *file);
    } else {
      out_ << fmt::format("D {}\n", quote_path(path.str()));
    }
  }

  bool finish() {
    out_.close();
    return !out_.fail();
  }

 private:
  std::ofstream out_;
  std::size_t commits_ = 0;
};

std::vector<std::string> read_marks(const fs::path& file, std::size_t count) {
  std::vector<std::string> commits(count);
  std::ifstream marks(file);
  std::string mark;
  std::string commit;
  while (marks >> mark >> commit) commits.at(std::stoul(mark.substr(1)) - 1) = commit;
  return commits;
}

}  // namespace

std::vector<std::string> import_preset(const fs::path& directory, PresetRepository& repository, std::size_t commits) {
  const ScratchDirectory scratch;
  const fs::path input = scratch.path() / "stream";
  const fs::path marks = scratch.path() / "marks";
  Stream stream(input);
  stream.begin_commit();
  for (const auto& [path, file] : repository.files()) stream.put(path, file);
  for (std::size_t index = 0; index < commits; ++index) {
    stream.begin_commit();
    for (const auto& [path, file] : repository.make_change()) stream.put(path, file);
  }
  if (!stream.finish()) throw std::runtime_error("cannot write " + input.string());
  process::Command command;
  command.argv = {"sh", "-c",           "exec git fast-import --quiet --force --export-marks=\"$2\" < \"$1\"",
                  "sh", input.string(), marks.string()};
  command.directory = directory;
  const process::Captured answer = process::run_captured(command, std::chrono::minutes(10));
  if (!answer.status.succeeded()) throw std::runtime_error("git fast-import failed: " + answer.err);
  return read_marks(marks, commits + 1);
}

}  // namespace statelane::support
