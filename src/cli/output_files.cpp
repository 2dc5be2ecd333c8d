#include "cli/output_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <regex>
#include <utility>

#include "base/error.hpp"

namespace statelane::cli {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse_writing(const fs::path& file) {
  throw Error(ErrorKind::environment, fmt::format("cannot write {}: {}", file.string(), std::strerror(errno)));
}

/// A descriptor that is closed, and a temporary file that is removed unless it was renamed.
class TemporaryFile {
 public:
  explicit TemporaryFile(const fs::path& target) : name_(target.string() + ".XXXXXX"), target_(target) {
    if (fs::is_directory(target)) {
      errno = EISDIR;
      refuse_writing(target);
    }
    descriptor_ = mkostemp(name_.data(), O_CLOEXEC);
    if (descriptor_ < 0) refuse_writing(target);
  }
  TemporaryFile(TemporaryFile&& other) noexcept
      : name_(std::move(other.name_)),
        target_(std::move(other.target_)),
        descriptor_(std::exchange(other.descriptor_, -1)),
        is_there_(std::exchange(other.is_there_, false)) {}
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  ~TemporaryFile() {
    if (descriptor_ >= 0) close(descriptor_);
    if (is_there_) unlink(name_.c_str());
  }

  const fs::path& target() const { return target_; }

  void write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t written = ::write(descriptor_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) refuse_writing(target_);
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (fchmod(descriptor_, 0644) != 0) refuse_writing(target_);
    if (close(std::exchange(descriptor_, -1)) != 0) refuse_writing(target_);
  }

  void rename() {
    if (std::rename(name_.c_str(), target_.c_str()) != 0) refuse_writing(target_);
    is_there_ = false;
  }

 private:
  std::string name_;
  fs::path target_;
  int descriptor_ = -1;
  bool is_there_ = true;
};

/// A name up to its first dot, a leading one left out, and the rest.
std::pair<std::string, std::string> split_name(const std::string& name) {
  const std::size_t dot = std::min(name.find('.', 1), name.size());
  return {name.substr(0, dot), name.substr(dot)};
}

std::string escape_for_regex(const std::string& text) {
  return std::regex_replace(text, std::regex(R"([.^$|()\[\]{}*+?\\])"), R"(\$&)");
}

bool is_made_here(const fs::path& file) {
  std::ifstream stream(file);
  std::string line;
  for (int count = 0; count < 4 && std::getline(stream, line); ++count) {
    if (line.starts_with("# Made by statelane ")) return true;
  }
  return false;
}

}  // namespace

void write_file(const fs::path& file, std::string_view text) {
  TemporaryFile temporary(file);
  temporary.write(text);
  temporary.rename();
}

void write_files(const std::vector<OutputFile>& files) {
  std::vector<TemporaryFile> written;
  written.reserve(files.size());
  for (const OutputFile& file : files) written.emplace_back(file.path).write(file.text());
  // Beyond this point nothing can be too large or refused; the directory took a new file of each name.
  if (files.size() > 1) {
    for (const OutputFile& file : files) {
      if (unlink(file.path.c_str()) != 0 && errno != ENOENT) refuse_writing(file.path);
    }
  }
  for (auto file = written.rbegin(); file != written.rend(); ++file) file->rename();
}

std::vector<fs::path> name_child_files(const fs::path& first, std::size_t children, std::size_t files) {
  const auto [stem, extension] = split_name(first.filename().string());
  std::vector<fs::path> names;
  for (std::size_t child = 1; child <= children; ++child) {
    for (std::size_t file = 1; file <= files; ++file) {
      const std::string child_part = child > 1 ? fmt::format("-child{}", child) : "";
      const std::string file_part = file > 1 ? fmt::format("-file{}", file) : "";
      names.push_back(first.parent_path() / (stem + child_part + file_part + extension));
    }
  }
  return names;
}

std::vector<fs::path> find_stale_files(const fs::path& first, const std::vector<fs::path>& kept) {
  const auto [stem, extension] = split_name(first.filename().string());
  const std::regex pattern(escape_for_regex(stem) + "(-child[0-9]+)?(-file[0-9]+)?" + escape_for_regex(extension));
  const fs::path directory = first.parent_path();
  std::vector<fs::path> stale;
  std::error_code fault;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(directory.empty() ? fs::path(".") : directory, fault)) {
    const fs::path path = directory / entry.path().filename();
    if (!std::regex_match(entry.path().filename().string(), pattern)) continue;
    if (std::find(kept.begin(), kept.end(), path) == kept.end() && is_made_here(path)) stale.push_back(path);
  }
  std::sort(stale.begin(), stale.end());
  return stale;
}

}  // namespace statelane::cli
