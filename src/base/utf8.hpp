#pragma once

#include <cstddef>
#include <string_view>

namespace statelane {

/// One character at the beginning of a text. `length` is 0 where no well-formed one begins.
struct Utf8Character {
  char32_t value = 0;
  std::size_t length = 0;
};

/// The character at the beginning of `text` by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
inline Utf8Character first_utf8_character(std::string_view text) {
  const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  if (text.empty()) return {};
  if (byte(0) < 0x80) return {byte(0), 1};
  const std::size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < length) return {};
  char32_t value = byte(0) & (0xFFU >> (length + 1));
  for (std::size_t index = 1; index < length; ++index) {
    if ((byte(index) & 0xC0U) != 0x80U) return {};
    value = (value << 6) | (byte(index) & 0x3FU);
  }
  constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < smallest[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
  return {value, length};
}

/// Every byte of `text` belongs to a well-formed character.
inline bool is_valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = first_utf8_character(text).length;
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace statelane
