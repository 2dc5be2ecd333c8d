#include "facts/fact_cache.hpp"

#include <algorithm>
#include <mutex>

#include "facts/write_file.hpp"

namespace statelane::facts {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_files = 8;  // each lookup asks all of them

/// The files of facts in a directory, of any build, sorted by name.
std::vector<fs::path> list_files(const fs::path& directory) {
  std::vector<fs::path> result;
  std::error_code fault;
  for (fs::directory_iterator entry(directory, fault), end; !fault && entry != end; entry.increment(fault)) {
    std::error_code gone;
    const bool is_file = fs::is_regular_file(entry->symlink_status(gone));
    if (is_file && entry->path().extension() == fact_ending) result.push_back(entry->path());
  }
  std::sort(result.begin(), result.end());
  return result;
}

/// What other builds left, and files that a killed run did not finish, as soon as the directory is too large.
void remove_others(const fs::path& directory, std::string_view prefix, std::uintmax_t limit) {
  std::vector<fs::path> others;
  std::uintmax_t size = 0;
  std::error_code fault;
  for (fs::directory_iterator entry(directory, fault), end; !fault && entry != end; entry.increment(fault)) {
    const std::string name = entry->path().filename().string();
    const bool is_ours =
        name.ends_with(fact_ending) || name.ends_with(record_ending) || name.ends_with(unfinished_ending);
    if (!is_ours) continue;
    std::error_code ignored;
    const std::uintmax_t bytes = entry->file_size(ignored);
    if (!ignored) size += bytes;
    if (!name.starts_with(prefix) || name.ends_with(unfinished_ending)) others.push_back(entry->path());
  }
  if (size <= limit) return;
  for (const fs::path& file : others) fs::remove(file, fault);
}

}  // namespace

/// What is on disk, as it was when it was first asked for.
struct FactCache::Files {
  std::once_flag is_read;
  std::vector<CacheFile> files;
  std::vector<std::vector<CacheEntry>> entries;  ///< of `files`, sorted by key
  std::vector<fs::path> names;                   ///< of `files`, and of those that could not be read
  bool is_damaged = false;                       ///< there are such
  std::uintmax_t size = 0;
};

FactCache::FactCache() = default;
FactCache::FactCache(FactCache&&) noexcept = default;
FactCache& FactCache::operator=(FactCache&&) noexcept = default;
FactCache::~FactCache() = default;

FactCache::FactCache(fs::path directory, std::string build, std::uintmax_t limit)
    : directory_(std::move(directory)),
      build_(std::move(build)),
      limit_(limit),
      files_(is_on() ? std::make_unique<Files>() : nullptr) {}

const FactCache::Files& FactCache::read_files() const {
  std::call_once(files_->is_read, [&] {
    Files& read = *files_;
    for (const fs::path& name : list_files(directory_)) {
      if (!name.filename().string().starts_with(build_.substr(0, 16))) continue;
      auto file = CacheFile::read(name, build_, 2 * limit_ - std::min(2 * limit_, read.size));
      read.names.push_back(name);
      read.is_damaged = read.is_damaged || !file;
      if (!file) continue;
      read.size += file->size();
      read.files.push_back(*std::move(file));
    }
    for (const CacheFile& file : read.files) read.entries.push_back(file.entries());
  });
  return *files_;
}

std::optional<std::string_view> FactCache::find(const FactKey& key) const {
  if (!is_on()) return std::nullopt;
  for (const std::vector<CacheEntry>& entries : read_files().entries) {
    const auto found =
        std::lower_bound(entries.begin(), entries.end(), key,
                         [](const CacheEntry& entry, const FactKey& wanted) { return entry.key < wanted; });
    if (found != entries.end() && found->key == key) return found->bytes;
  }
  return std::nullopt;
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
  const Files& old = read_files();
  const bool is_full = old.size > limit_ || old.files.size() + 1 > most_files || old.is_damaged;
  const std::string bytes = is_full ? CacheFile::render(merge(fresh, used), build_) : CacheFile::render(fresh, build_);
  const bool is_written = bytes.size() <= limit_ && write_new_file(directory_ / prefix, fact_ending, bytes);
  if (is_full && is_written) {
    for (const fs::path& name : old.names) fs::remove(name, fault);
  }
  remove_others(directory_, prefix, limit_);
}

/// Everything in one list; only what was used when the files are half as large as they may be.
std::vector<CacheEntry> FactCache::merge(std::span<const CacheEntry> fresh, std::span<const FactKey> used) const {
  const Files& old = read_files();
  const bool is_large = old.size > limit_ / 2;
  std::vector<CacheEntry> result(fresh.begin(), fresh.end());
  for (const std::vector<CacheEntry>& entries : old.entries) {
    for (const CacheEntry& entry : entries) {
      if (!is_large || std::binary_search(used.begin(), used.end(), entry.key)) result.push_back(entry);
    }
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const CacheEntry& left, const CacheEntry& right) { return left.key < right.key; });
  const auto last = std::unique(result.begin(), result.end(),
                                [](const CacheEntry& left, const CacheEntry& right) { return left.key == right.key; });
  result.erase(last, result.end());
  return result;
}

}  // namespace statelane::facts
