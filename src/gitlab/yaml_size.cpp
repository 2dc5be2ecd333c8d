#include "gitlab/yaml_size.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string_view>
#include <variant>

namespace statelane::gitlab {

namespace {

constexpr std::size_t slot_size = 40;  // sizeof(RVALUE), the smallest slot of either layout

/// string.c: an embedded string shares its slot with a header and a final zero; others have a buffer of their own.
std::size_t string_size(std::string_view text, RubyLayout layout) {
  if (layout == RubyLayout::fixed_slots) return text.size() <= 23 ? slot_size : slot_size + text.size() + 1;
  constexpr std::size_t header_and_zero = 25;
  for (std::size_t slot = slot_size; slot <= 640; slot *= 2) {
    if (text.size() + header_and_zero <= slot) return slot;
  }
  return slot_size + text.size() + 1;
}

/// array.c: three elements are embedded; `ary_double_capa` makes room for more as Psych appends them one by one.
std::size_t array_size(std::size_t length) {
  std::size_t capacity = 3;
  if (length <= capacity) return slot_size;
  while (capacity < length) capacity += std::max<std::size_t>(16, capacity / 2) + 1;
  return slot_size + capacity * sizeof(std::uint64_t);
}

/// hash.c and st.c: a table of eight pairs, then one of a power of two with twice as many bins.
std::size_t hash_size(std::size_t length, RubyLayout layout) {
  constexpr std::size_t small_table = 128;
  if (length == 0 && layout == RubyLayout::fixed_slots) return slot_size;
  if (length <= 8) return slot_size + small_table;
  const std::size_t entries = std::max<std::size_t>(32, std::bit_ceil(length));
  const std::size_t bytes_of_bin = entries <= 128 ? 1 : entries <= (1U << 15) ? 2 : entries <= (1U << 31) ? 4 : 8;
  constexpr std::size_t table_header = 56;
  constexpr std::size_t entry = 24;
  const std::size_t slot = layout == RubyLayout::fixed_slots ? slot_size : slot_size + small_table;
  return slot + table_header + entries * entry + 2 * entries * bytes_of_bin;
}

struct Measure {
  RubyLayout layout;

  std::size_t operator()(std::nullptr_t) const { return 0; }
  std::size_t operator()(bool) const { return 0; }
  std::size_t operator()(std::int64_t number) const {
    constexpr std::int64_t fixnum_limit = std::int64_t{1} << 62;
    return number >= -fixnum_limit && number < fixnum_limit ? 0 : slot_size;
  }
  /// Most floats are no objects; which ones depends on their exponent.
  std::size_t operator()(double) const { return slot_size; }
  std::size_t operator()(const std::string& text) const { return string_size(text, layout); }
  std::size_t operator()(const yaml::Value::Reference&) const { return slot_size; }
  std::size_t operator()(const yaml::Value::List& list) const {
    std::size_t size = array_size(list.size());
    for (const yaml::Value& value : list) size += std::visit(*this, value.data);
    return size;
  }
  std::size_t operator()(const yaml::Value::Map& map) const {
    std::size_t size = hash_size(map.size(), layout);
    for (const auto& [key, value] : map) size += string_size(key, layout) + std::visit(*this, value.data);
    return size;
  }
};

}  // namespace

std::size_t deep_size(const yaml::Value& value, RubyLayout layout) { return std::visit(Measure{layout}, value.data); }

std::size_t deep_size(const yaml::Value::Map& map, RubyLayout layout) { return Measure{layout}(map); }

std::size_t deep_size(const yaml::Value& value) {
  return std::max(deep_size(value, RubyLayout::fixed_slots), deep_size(value, RubyLayout::variable_slots));
}

std::size_t deep_size(const yaml::Value::Map& map) {
  return std::max(deep_size(map, RubyLayout::fixed_slots), deep_size(map, RubyLayout::variable_slots));
}

}  // namespace statelane::gitlab
