#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace statelane::hcl {

/// What a byte can be part of, as bits.
enum : std::uint8_t { word_start = 1, word = 2, digit = 4, plain_in_quotes = 8, plain_in_heredoc = 16, blank = 32 };

constexpr std::array<std::uint8_t, 256> build_classes() {
  std::array<std::uint8_t, 256> result{};
  for (int byte = 1; byte < 128; ++byte) {
    const bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
    const bool is_digit = byte >= '0' && byte <= '9';
    const bool is_line_end = byte == '\n' || byte == '\r';
    const bool is_marker = byte == '$' || byte == '%';
    unsigned bits = 0;
    if (is_letter) bits |= word_start;
    if (is_letter || is_digit || byte == '-') bits |= word;
    if (is_digit) bits |= digit;
    if (byte == ' ' || byte == '\t') bits |= blank;
    if (!is_line_end && !is_marker) bits |= plain_in_heredoc;
    if (!is_line_end && !is_marker && byte != '"' && byte != '\\') bits |= plain_in_quotes;
    result[static_cast<std::size_t>(byte)] = static_cast<std::uint8_t>(bits);
  }
  return result;
}

inline constexpr std::array<std::uint8_t, 256> classes = build_classes();

inline bool is_in_class(char byte, std::uint8_t bits) { return (classes[static_cast<std::uint8_t>(byte)] & bits) != 0; }

inline std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

/// `end` where there is none.
inline const char* find_line_end(const char* begin, const char* end) {
  const void* found = std::memchr(begin, '\n', static_cast<std::size_t>(end - begin));
  return found == nullptr ? end : static_cast<const char*>(found);
}

}  // namespace statelane::hcl
