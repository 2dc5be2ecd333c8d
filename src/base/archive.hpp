#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/repo_path.hpp"

namespace statelane {

// Values as bytes and back, for this very program: nothing in the bytes says what they are. A type of one's own has a
// function `describe(archive, value)` beside it that calls `archive(member, …)` with all its members, once for both
// directions; with structured bindings, which take all members or do not compile, none can be forgotten.

/// What all values are made of.
class ByteWriter {
 public:
  std::string bytes;

 protected:
  /// Seven bits a byte, the lowest first: most numbers are small.
  void put_number(std::uint64_t number) {
    for (; number >= 0x80; number >>= 7) bytes += static_cast<char>((number & 0x7F) | 0x80);
    bytes += static_cast<char>(number);
  }

  void put_text(std::string_view text) {
    put_number(text.size());
    bytes += text;
  }
};

/// Bytes that may be anybody's: what is not there or cannot be is read as nothing, and is a failure.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  /// All bytes were read, and none was missing.
  bool is_at_end() const { return !failed_ && rest_.empty(); }

  /// What was not read yet.
  std::string_view rest() const { return rest_; }

 protected:
  std::uint64_t get_number() {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      number |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return number;
    }
    failed_ = true;
    return 0;
  }

  /// A number of things of at least a byte each: no more than there are bytes.
  std::size_t get_count() {
    const std::uint64_t count = get_number();
    if (count <= rest_.size()) return static_cast<std::size_t>(count);
    failed_ = true;
    return 0;
  }

  std::string_view get_text() { return get_raw(get_count()); }

  /// As many bytes as that, or none at all.
  std::string_view get_raw(std::size_t size) {
    if (size > rest_.size()) {
      failed_ = true;
      return {};
    }
    const std::string_view raw = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return raw;
  }

  void fail() { failed_ = true; }
  bool has_failed() const { return failed_; }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

class ArchiveWriter : public ByteWriter {
 public:
  template <typename... Fields>
  void operator()(Fields&... fields) {
    (put(fields), ...);
  }

 private:
  template <typename T>
  void put(std::optional<T>& value) {
    put_number(value ? 1 : 0);
    if (value) put(*value);
  }

  template <typename T>
  void put(std::vector<T>& values) {
    put_number(values.size());
    for (T& value : values) put(value);
  }

  template <typename T>
  void put(std::map<std::string, T>& values) {
    put_number(values.size());
    for (auto& [name, value] : values) {
      put_text(name);
      put(value);
    }
  }

  template <std::size_t size>
  void put(std::array<std::uint8_t, size>& raw) {
    bytes.append(reinterpret_cast<const char*>(raw.data()), size);
  }

  template <typename T>
  void put(T& value) {
    if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
      put_number(static_cast<std::uint64_t>(value));
    } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) {
      put_text(value);
    } else if constexpr (std::is_same_v<T, RepoPath>) {
      put_text(value.str());
    } else {
      describe(*this, value);
    }
  }
};

class ArchiveReader : public ByteReader {
 public:
  using ByteReader::ByteReader;

  template <typename... Fields>
  void operator()(Fields&... fields) {
    (get(fields), ...);
  }

 private:
  void get(std::string& text) { text = get_text(); }

  /// Lives as long as the bytes that are read.
  void get(std::string_view& text) { text = get_text(); }

  void get(RepoPath& path) {
    auto parsed = RepoPath::parse(get_text());
    if (!parsed) return fail();
    path = *std::move(parsed);
  }

  template <typename T>
  void get(std::optional<T>& value) {
    if (get_number() == 0) {
      value.reset();
    } else {
      get(value.emplace());
    }
  }

  template <typename T>
  void get(std::vector<T>& values) {
    values.resize(get_count());
    for (T& value : values) {
      if (has_failed()) return;
      get(value);
    }
  }

  template <typename T>
  void get(std::map<std::string, T>& values) {
    values.clear();
    for (std::size_t count = get_count(); count > 0 && !has_failed(); --count) {
      std::string name;
      get(name);
      get(values[std::move(name)]);
    }
  }

  template <std::size_t size>
  void get(std::array<std::uint8_t, size>& raw) {
    const std::string_view bytes = get_raw(size);
    std::copy(bytes.begin(), bytes.end(), raw.begin());
  }

  template <typename T>
  void get(T& value) {
    if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
      value = static_cast<T>(get_number());
    } else {
      describe(*this, value);
    }
  }
};

}  // namespace statelane
