#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facts/cache_file.hpp"

namespace statelane::facts {

/// What an earlier run worked out, beyond the facts of single files: bytes by a key that says what they answer. One
/// key may have several records, of different trees: whoever asks tells which one still holds. All records lie in one
/// file, which a run that found something new writes anew with what that run met, and nothing else: so it stays as
/// small as the trees that are looked at. Like `FactCache` it never fails: a damaged, foreign or missing file is an
/// empty one.
class RecordStore {
 public:
  /// Past this many bytes nothing is kept.
  static constexpr std::uintmax_t default_limit = std::uintmax_t{64} << 20;

  /// Nothing is found, nothing is kept.
  RecordStore() = default;

  /// Reads the file in `directory`, which need not exist. `build`: of the program; with an empty one nothing is kept.
  RecordStore(std::filesystem::path directory, std::string build, std::uintmax_t limit = default_limit);

  bool is_on() const { return !build_.empty(); }

  /// Nothing is known from before.
  bool empty() const { return found_.empty(); }

  /// The records with this key. Their bytes live as long as the store, also when it is moved.
  std::vector<std::string_view> find(const ContentId& key) const;

  /// Keeps a record that this run has worked out.
  void keep(const ContentId& key, std::string bytes);

  /// Keeps a record that `find` gave: it holds in this run too.
  void keep_found(const ContentId& key, std::string_view bytes);

  /// Writes what was kept, if anything of it is new.
  void save() const noexcept;

 private:
  void try_save() const;

  std::filesystem::path directory_;
  std::string build_;
  std::uintmax_t limit_ = default_limit;
  std::optional<CacheFile> file_;
  std::vector<CacheEntry> found_;  ///< of `file_`, sorted by key
  std::multimap<ContentId, std::string> fresh_;
  std::multimap<ContentId, std::string_view> met_;
};

}  // namespace statelane::facts
