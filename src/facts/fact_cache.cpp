#include "facts/fact_cache.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace statelane::facts {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view ending = ".facts";
constexpr std::size_t most_files = 8;  // each lookup asks all of them

/// The files of facts in a directory, of any build, sorted by name.
std::vector<fs::path> list_files(const fs::path& directory) {
  std::vector<fs::path> result;
  std::error_code fault;
  for (fs::directory_iterator entry(directory, fault), end; !fault && entry != end; entry.increment(fault)) {
    std::error_code gone;
    const bool is_file = fs::is_regular_file(entry->symlink_status(gone));
    if (is_file && entry->path().extension() == ending) result.push_back(entry->path());
  }
  std::sort(result.begin(), result.end());
  return result;
}

/// A new file with these bytes, whole or not at all.
bool write_file(const fs::path& directory, std::string_view prefix, std::string_view bytes) {
  std::string name = (directory / prefix).string() + "-XXXXXX.new";
  const int descriptor = ::mkostemps(name.data(), 4, O_CLOEXEC);
  if (descriptor < 0) return false;
  bool is_written = true;
  while (!bytes.empty() && is_written) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    is_written = count > 0;
    if (is_written) bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  // For other users of a shared directory too; git's objects are readable in the same way.
  is_written = ::fchmod(descriptor, 0644) == 0 && is_written;
  is_written = ::close(descriptor) == 0 && is_written;
  const std::string target = name.substr(0, name.size() - 4) + std::string(ending);
  if (is_written && ::rename(name.c_str(), target.c_str()) == 0) return true;
  ::unlink(name.c_str());
  return false;
}

/// What other builds left, and files that a killed run did not finish, as soon as the directory is too large.
void remove_others(const fs::path& directory, std::string_view prefix, std::uintmax_t limit) {
  std::vector<fs::path> others;
  std::uintmax_t size = 0;
  std::error_code fault;
  for (fs::directory_iterator entry(directory, fault), end; !fault && entry != end; entry.increment(fault)) {
    const std::string name = entry->path().filename().string();
    const bool is_ours = entry->path().extension() == ending || name.ends_with(".new");
    if (!is_ours) continue;
    std::error_code ignored;
    const std::uintmax_t bytes = entry->file_size(ignored);
    if (!ignored) size += bytes;
    if (!name.starts_with(prefix) || name.ends_with(".new")) others.push_back(entry->path());
  }
  if (size <= limit) return;
  for (const fs::path& file : others) fs::remove(file, fault);
}

}  // namespace

FactCache::FactCache(fs::path directory, std::string build, std::uintmax_t limit)
    : directory_(std::move(directory)), build_(std::move(build)), limit_(limit) {
  if (!is_on()) return;
  std::uintmax_t left = 2 * limit_;
  for (const fs::path& name : list_files(directory_)) {
    if (!name.filename().string().starts_with(build_.substr(0, 16))) continue;
    auto file = CacheFile::read(name, build_, left);
    names_.push_back(name);
    is_damaged_ = is_damaged_ || !file;
    if (!file) continue;
    left -= file->size();
    files_.push_back(*std::move(file));
  }
  for (const CacheFile& file : files_) {
    for (const CacheEntry& entry : file.entries()) index_.emplace(entry.key, entry.bytes);
  }
}

std::optional<std::string_view> FactCache::find(const FactKey& key) const {
  const auto found = index_.find(key);
  return found == index_.end() ? std::nullopt : std::optional(found->second);
}

void FactCache::write(std::span<const CacheEntry> fresh, std::span<const FactKey> used) const noexcept {
  try {
    if (is_on() && !fresh.empty()) try_write(fresh, used);
  } catch (const std::exception&) {
    // No memory, a name that cannot be: the next run computes these facts again.
  }
}

void FactCache::try_write(std::span<const CacheEntry> fresh, std::span<const FactKey> used) const {
  std::error_code fault;
  fs::create_directories(directory_, fault);
  const std::string prefix = build_.substr(0, 16);
  std::uintmax_t size = 0;
  for (const CacheFile& file : files_) size += file.size();
  const bool is_full = size > limit_ || files_.size() + 1 > most_files || is_damaged_;
  const std::string bytes = is_full ? CacheFile::render(merge(fresh, used), build_) : CacheFile::render(fresh, build_);
  const bool is_written = bytes.size() <= limit_ && write_file(directory_, prefix, bytes);
  if (is_full && is_written) {
    for (const fs::path& name : names_) fs::remove(name, fault);
  }
  remove_others(directory_, prefix, limit_);
}

/// Everything in one list; only what was used when the files are half as large as they may be.
std::vector<CacheEntry> FactCache::merge(std::span<const CacheEntry> fresh, std::span<const FactKey> used) const {
  std::uintmax_t size = 0;
  for (const CacheFile& file : files_) size += file.size();
  const bool is_large = size > limit_ / 2;
  std::vector<CacheEntry> result(fresh.begin(), fresh.end());
  for (const auto& [key, bytes] : index_) {
    if (!is_large || std::binary_search(used.begin(), used.end(), key)) result.push_back({key, bytes});
  }
  std::sort(result.begin(), result.end(),
            [](const CacheEntry& left, const CacheEntry& right) { return left.key < right.key; });
  return result;
}

}  // namespace statelane::facts
