#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "facts/cache_file.hpp"

namespace statelane::facts {

/// Facts kept between runs: files in one directory, each written once under a name of its own and never changed, so
/// that any number of runs may read and write there at once. A file that is damaged, cut short, or of another program
/// or build is as good as absent. Nothing here throws or reports: without the cache everything is only slower.
class FactCache {
 public:
  /// Past this many bytes on disk only what the last run used is kept.
  static constexpr std::uintmax_t default_limit = std::uintmax_t{256} << 20;

  /// No cache: nothing is found, nothing is kept.
  FactCache();

  /// What is in `directory`, which need not exist; it is read when it is first needed. `build`: of the program; with an
  /// empty one there is no cache.
  FactCache(std::filesystem::path directory, std::string build, std::uintmax_t limit = default_limit);

  FactCache(FactCache&&) noexcept;
  FactCache& operator=(FactCache&&) noexcept;
  ~FactCache();

  bool is_on() const { return !build_.empty(); }

  /// Safe for several threads at once.
  std::optional<std::string_view> find(const FactKey& key) const;

  /// Keeps `fresh`, which `find` did not find, for the next run. `used`: which of the keys that it found are to be kept
  /// when not everything can be. Both sorted by key, each key once.
  void write(std::span<const CacheEntry> fresh, std::span<const FactKey> used) const noexcept;

 private:
  struct Files;
  const Files& read_files() const;
  void try_write(std::span<const CacheEntry> fresh, std::span<const FactKey> used) const;
  std::vector<CacheEntry> merge(std::span<const CacheEntry> fresh, std::span<const FactKey> used) const;

  std::filesystem::path directory_;
  std::string build_;
  std::uintmax_t limit_ = default_limit;
  std::unique_ptr<Files> files_;  ///< null without a cache
};

}  // namespace statelane::facts
