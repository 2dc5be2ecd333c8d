#include "facts/record_store.hpp"

#include <algorithm>

#include "facts/write_file.hpp"

namespace statelane::facts {

namespace {

namespace fs = std::filesystem;

// Kinds of entries in the file.
constexpr std::uint64_t record_kind = 0;
constexpr std::uint64_t tree_kind = 1;  ///< its key is the tree that the records are of

/// With fewer new records than one in so many the file stays as it is: working them out again is less work.
constexpr std::size_t records_to_a_new_one = 32;

/// One name for each build, so that two builds do not throw away each other's records in turn.
fs::path file_of(const fs::path& directory, const std::string& build) {
  return directory / (build.substr(0, 16) + std::string(record_ending));
}

}  // namespace

RecordStore::RecordStore(fs::path directory, std::string build, std::uintmax_t limit)
    : is_on_(!build.empty()), directory_(std::move(directory)), build_(std::move(build)), limit_(limit) {
  if (!is_on()) return;
  file_ = CacheFile::read(file_of(directory_, build_), build_, limit_);
  if (!file_) return;
  for (const CacheEntry& entry : file_->entries()) {
    if (entry.key.kind == tree_kind) {
      tree_ = written_tree_ = entry.key.id;
    } else {
      known_.emplace(entry.key.id, Record{entry.bytes, false});
    }
  }
}

std::optional<std::string_view> RecordStore::find(const ContentId& key) const {
  const auto found = known_.find(key);
  return found == known_.end() ? std::nullopt : std::optional(found->second.bytes);
}

void RecordStore::keep(const ContentId& key, std::string bytes) {
  if (is_on()) next_.insert_or_assign(key, Record{bytes_.emplace_back(std::move(bytes)), true});
}

void RecordStore::keep_found(const ContentId& key, const ContentId& found) {
  const auto record = known_.find(found);
  if (is_on() && record != known_.end()) next_.insert_or_assign(key, record->second);
}

void RecordStore::turn(const ContentId& tree) {
  if (!tree.is_zero() || tree_.is_zero()) {
    known_ = std::move(next_);
    tree_ = tree;
  }
  next_.clear();
}

void RecordStore::save() const noexcept {
  try {
    if (!directory_.empty() && is_worth_writing()) try_save();
  } catch (const std::exception&) {
    // No memory, a name that cannot be: the next run works this out again.
  }
}

bool RecordStore::is_worth_writing() const {
  if (known_.empty()) return false;
  if (!file_ || (written_tree_.is_zero() && !tree_.is_zero())) return true;
  const auto fresh = std::count_if(known_.begin(), known_.end(), [](const auto& entry) { return entry.second.is_new; });
  return static_cast<std::size_t>(fresh) * records_to_a_new_one > known_.size();
}

void RecordStore::try_save() const {
  std::vector<CacheEntry> entries;
  entries.reserve(known_.size() + 1);
  if (!tree_.is_zero()) entries.push_back({{tree_, tree_kind}, {}});
  for (const auto& [key, record] : known_) entries.push_back({{key, record_kind}, record.bytes});
  std::sort(entries.begin(), entries.end(),
            [](const CacheEntry& left, const CacheEntry& right) { return left.key < right.key; });
  const std::string bytes = CacheFile::render(entries, build_);
  if (bytes.size() > limit_) return;
  std::error_code fault;
  fs::create_directories(directory_, fault);
  write_file(file_of(directory_, build_), bytes);
}

}  // namespace statelane::facts
