#include "facts/record_store.hpp"

#include <algorithm>

#include "facts/write_file.hpp"

namespace statelane::facts {

namespace {

namespace fs = std::filesystem;

/// One name for each build, so that two builds do not throw away each other's records in turn.
fs::path file_of(const fs::path& directory, const std::string& build) {
  return directory / (build.substr(0, 16) + std::string(record_ending));
}

}  // namespace

RecordStore::RecordStore(fs::path directory, std::string build, std::uintmax_t limit)
    : directory_(std::move(directory)), build_(std::move(build)), limit_(limit) {
  if (!is_on()) return;
  file_ = CacheFile::read(file_of(directory_, build_), build_, limit_);
  if (file_) found_ = file_->entries();
}

std::vector<std::string_view> RecordStore::find(const ContentId& key) const {
  std::vector<std::string_view> result;
  auto entry =
      std::lower_bound(found_.begin(), found_.end(), key,
                       [](const CacheEntry& candidate, const ContentId& wanted) { return candidate.key.id < wanted; });
  for (; entry != found_.end() && entry->key.id == key; ++entry) result.push_back(entry->bytes);
  return result;
}

void RecordStore::keep(const ContentId& key, std::string bytes) {
  if (is_on()) fresh_.emplace(key, std::move(bytes));
}

void RecordStore::keep_found(const ContentId& key, std::string_view bytes) { met_.emplace(key, bytes); }

void RecordStore::save() const noexcept {
  try {
    if (is_on() && !fresh_.empty()) try_save();
  } catch (const std::exception&) {
    // No memory, a name that cannot be: the next run works this out again.
  }
}

void RecordStore::try_save() const {
  std::vector<CacheEntry> entries;
  entries.reserve(fresh_.size() + met_.size());
  for (const auto& [key, bytes] : fresh_) entries.push_back({{key, 0}, bytes});
  for (const auto& [key, bytes] : met_) entries.push_back({{key, 0}, bytes});
  // Two trees of one run have most records in common.
  std::sort(entries.begin(), entries.end(), [](const CacheEntry& left, const CacheEntry& right) {
    return std::tie(left.key.id, left.bytes) < std::tie(right.key.id, right.bytes);
  });
  const auto last = std::unique(entries.begin(), entries.end(), [](const CacheEntry& left, const CacheEntry& right) {
    return left.key.id == right.key.id && left.bytes == right.bytes;
  });
  entries.erase(last, entries.end());
  for (std::size_t index = 1; index < entries.size(); ++index) {
    const FactKey& before = entries[index - 1].key;
    if (entries[index].key.id == before.id) entries[index].key.kind = before.kind + 1;
  }
  const std::string bytes = CacheFile::render(entries, build_);
  if (bytes.size() > limit_) return;
  std::error_code fault;
  fs::create_directories(directory_, fault);
  write_file(file_of(directory_, build_), bytes);
}

}  // namespace statelane::facts
