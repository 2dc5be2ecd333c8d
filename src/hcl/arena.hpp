#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace statelane::hcl {

/// Memory that only grows and is given back at once. What lives in it is trivially destructible; addresses stay when
/// the arena is moved.
class Arena {
 public:
  Arena() = default;
  /// Expects to hold about `expected` bytes.
  explicit Arena(std::size_t expected) : next_chunk_(expected) {}

  template <typename T>
  T* make(const T& value) {
    static_assert(std::is_trivially_destructible_v<T>);
    return std::construct_at(static_cast<T*>(allocate(sizeof(T), alignof(T))), value);
  }

  template <typename T>
  std::span<const T> copy(std::span<const T> values) {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
    if (values.empty()) return {};
    T* first = static_cast<T*>(allocate(values.size_bytes(), alignof(T)));
    std::memcpy(static_cast<void*>(first), values.data(), values.size_bytes());
    return {first, values.size()};
  }

  /// `count` values, each as it is by default.
  template <typename T>
  std::span<T> make_array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    if (count == 0) return {};
    T* first = static_cast<T*>(allocate(count * sizeof(T), alignof(T)));
    std::uninitialized_value_construct_n(first, count);
    return {first, count};
  }

  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    char* first = static_cast<char*>(allocate(text.size(), 1));
    std::memcpy(first, text.data(), text.size());
    return {first, text.size()};
  }

  /// Bytes taken from the system.
  std::size_t capacity() const { return capacity_; }

 private:
  void* allocate(std::size_t size, std::size_t alignment) {
    std::size_t padding = (alignment - used_ % alignment) % alignment;
    if (padding + size > size_ - used_) {
      add_chunk(size);
      padding = 0;
    }
    std::byte* result = chunks_.back().get() + used_ + padding;
    used_ += padding + size;
    return result;
  }

  void add_chunk(std::size_t at_least);

  std::vector<std::unique_ptr<std::byte[]>> chunks_;
  std::size_t used_ = 0;
  std::size_t size_ = 0;
  std::size_t next_chunk_ = 512;
  std::size_t capacity_ = 0;
};

}  // namespace statelane::hcl
