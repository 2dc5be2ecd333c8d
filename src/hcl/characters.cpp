#include "hcl/characters.hpp"

#include <algorithm>
#include <array>

namespace statelane::hcl {

namespace {

std::uint8_t byte_at(std::string_view text, std::size_t index) { return static_cast<std::uint8_t>(text[index]); }

bool is_continuation(std::string_view text, std::size_t index) {
  return index < text.size() && (byte_at(text, index) & 0xC0) == 0x80;
}

bool is_wide_space(char32_t c) {
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
         c == 0x202F || c == 0x205F || c == 0x3000;
}

bool is_ascii_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

std::size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  const std::uint8_t lead = byte_at(text, 0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead < 0xC0 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF8 ? 4 : 0;
  for (std::size_t index = 1; index < length; ++index) {
    if (!is_continuation(text, index)) return 0;
  }
  return length;
}

char32_t decode_utf8(std::string_view sequence) {
  constexpr std::array<std::uint8_t, 5> lead_mask = {0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t result = byte_at(sequence, 0) & lead_mask[std::min<std::size_t>(sequence.size(), 4)];
  for (std::size_t index = 1; index < sequence.size(); ++index) {
    result = (result << 6) | (byte_at(sequence, index) & 0x3F);
  }
  return result;
}

void append_utf8(std::string& text, char32_t c) {
  const auto tail = [&](int shift) { text += static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) {
    text += static_cast<char>(c);
  } else if (c < 0x800) {
    text += static_cast<char>(0xC0 | (c >> 6));
    tail(0);
  } else if (c < 0x10000) {
    text += static_cast<char>(0xE0 | (c >> 12));
    tail(6);
    tail(0);
  } else {
    text += static_cast<char>(0xF0 | (c >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

std::size_t leading_space(std::string_view text) {
  if (text.empty()) return 0;
  if (byte_at(text, 0) < 0x80) return is_ascii_space(text[0]) ? 1 : 0;
  const std::size_t length = utf8_length(text);
  return length > 1 && is_wide_space(decode_utf8(text.substr(0, length))) ? length : 0;
}

std::size_t trailing_space(std::string_view text) {
  if (text.empty()) return 0;
  if (byte_at(text, text.size() - 1) < 0x80) return is_ascii_space(text.back()) ? 1 : 0;
  for (std::size_t length = 2; length <= 3 && length <= text.size(); ++length) {
    const std::string_view last = text.substr(text.size() - length);
    if (utf8_length(last) == length && is_wide_space(decode_utf8(last))) return length;
  }
  return 0;
}

std::string_view trim_left(std::string_view text) {
  while (const std::size_t length = leading_space(text)) text.remove_prefix(length);
  return text;
}

std::string_view trim_right(std::string_view text) {
  while (const std::size_t length = trailing_space(text)) text.remove_suffix(length);
  return text;
}

}  // namespace statelane::hcl
