#include "facts/cache_file.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>

namespace statelane::facts {

namespace {

namespace fs = std::filesystem;

/// Four sums side by side over words of eight bytes, mixed at the end: it finds accidents, and is no guard against
/// anybody who may write the file.
std::uint64_t checksum(std::string_view bytes) {
  std::array<std::uint64_t, 4> sums = {bytes.size(), 1, 2, 3};
  const auto add = [](std::uint64_t sum, std::uint64_t word) {
    sum = (sum ^ word) * 0x9E3779B97F4A7C15U;
    return sum ^ (sum >> 29);
  };
  for (; bytes.size() >= 32; bytes.remove_prefix(32)) {
    std::array<std::uint64_t, 4> words{};
    std::memcpy(words.data(), bytes.data(), 32);
    for (std::size_t lane = 0; lane < 4; ++lane) sums[lane] = add(sums[lane], words[lane]);
  }
  for (const char byte : bytes) sums[0] = add(sums[0], static_cast<unsigned char>(byte));
  return add(add(add(sums[0], sums[1]), sums[2]), sums[3]);
}

struct Header {
  std::array<char, 16> magic = {'s', 't', 'a', 't', 'e', 'l', 'a', 'n', 'e', ' ', 'f', 'a', 'c', 't', 's', '\n'};
  std::uint64_t byte_order = 0x0102030405060708;  ///< a machine of the other order reads another number
  std::array<char, 40> build{};
  std::uint64_t count = 0;
  std::uint64_t size = 0;  ///< of the whole file
  std::uint64_t sum = 0;   ///< of everything behind this header

  friend bool operator==(const Header&, const Header&) = default;
};

struct Row {
  FactKey key;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

}  // namespace

std::optional<CacheFile> CacheFile::read(const fs::path& file, std::string_view build, std::uintmax_t most_bytes) {
  std::error_code fault;
  if (!fs::is_regular_file(fs::symlink_status(file, fault))) return std::nullopt;
  const std::uintmax_t size = fs::file_size(file, fault);
  if (fault || size < sizeof(Header) || size > most_bytes) return std::nullopt;
  CacheFile result;
  result.bytes_.resize(size);
  std::ifstream stream(file, std::ios::binary);
  if (!stream.read(result.bytes_.data(), static_cast<std::streamsize>(size))) return std::nullopt;

  Header header;
  std::memcpy(&header, result.bytes_.data(), sizeof header);
  if (header.count > (size - sizeof header) / sizeof(Row)) return std::nullopt;
  Header expected;
  build.copy(expected.build.data(), expected.build.size());
  expected.count = header.count;
  expected.size = size;
  expected.sum = checksum(std::string_view(result.bytes_).substr(sizeof header));
  if (header != expected) return std::nullopt;
  result.count_ = header.count;
  return result;
}

std::string CacheFile::render(std::span<const CacheEntry> entries, std::string_view build) {
  std::uint64_t size = sizeof(Header) + entries.size() * sizeof(Row);
  for (const CacheEntry& entry : entries) size += entry.bytes.size();
  std::string result(sizeof(Header), '\0');
  result.reserve(size);
  std::uint64_t offset = sizeof(Header) + entries.size() * sizeof(Row);
  for (const CacheEntry& entry : entries) {
    const Row row{entry.key, offset, entry.bytes.size()};
    result.append(reinterpret_cast<const char*>(&row), sizeof row);
    offset += entry.bytes.size();
  }
  for (const CacheEntry& entry : entries) result += entry.bytes;
  Header header;
  build.copy(header.build.data(), header.build.size());
  header.count = entries.size();
  header.size = size;
  header.sum = checksum(std::string_view(result).substr(sizeof header));
  std::memcpy(result.data(), &header, sizeof header);
  return result;
}

std::vector<CacheEntry> CacheFile::entries() const {
  std::vector<CacheEntry> result;
  result.reserve(count_);
  for (std::size_t index = 0; index < count_; ++index) {
    Row row;
    std::memcpy(&row, bytes_.data() + sizeof(Header) + index * sizeof row, sizeof row);
    // The sum was right, so the places are; should they not be, nothing here reads outside the file.
    const std::string_view bytes = bytes_;
    result.push_back({row.key, bytes.substr(std::min<std::uint64_t>(row.offset, bytes.size()), row.size)});
  }
  return result;
}

}  // namespace statelane::facts
