#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/content_id.hpp"

namespace statelane::facts {

/// Which facts: about which content, read as what.
struct FactKey {
  ContentId id;
  std::uint64_t kind = 0;

  friend auto operator<=>(const FactKey&, const FactKey&) = default;
};

/// Encoded facts on the way to a file.
struct CacheEntry {
  FactKey key;
  std::string_view bytes;
};

/// A file of facts, wholly in memory: whatever happens to it on disk meanwhile does not matter.
class CacheFile {
 public:
  /// Empty when there is no such file, it is larger than `most_bytes`, and when it is anything but what `render` made
  /// for `build`, down to the last byte (by a checksum).
  static std::optional<CacheFile> read(const std::filesystem::path& file, std::string_view build,
                                       std::uintmax_t most_bytes);

  /// The bytes of a whole file. Entries are sorted by key, each key once.
  static std::string render(std::span<const CacheEntry> entries, std::string_view build);

  /// All entries, sorted by key. Their bytes live as long as the file, also when it is moved.
  std::vector<CacheEntry> entries() const;

  std::size_t size() const { return bytes_.size(); }

 private:
  std::string bytes_;
  std::size_t count_ = 0;
};

}  // namespace statelane::facts
