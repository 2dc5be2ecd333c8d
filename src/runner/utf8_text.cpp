#include "runner/utf8_text.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace statelane::runner {

namespace {

/// Length of the character that `bytes` begins with; 0 when it is none (cut off, overlong, a surrogate, beyond
/// Unicode).
std::size_t character_length(std::string_view bytes) {
  const auto at = [&](std::size_t index) { return static_cast<unsigned char>(bytes[index]); };
  const unsigned char first = at(0);
  if (first < 0x80) return 1;
  const std::size_t length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
  if (length == 0 || length > bytes.size()) return 0;
  for (std::size_t index = 1; index < length; ++index) {
    if ((at(index) & 0xC0) != 0x80) return 0;
  }
  const bool is_overlong = (first == 0xE0 && at(1) < 0xA0) || (first == 0xF0 && at(1) < 0x90);
  const bool is_no_character = (first == 0xED && at(1) >= 0xA0) || (first == 0xF4 && at(1) >= 0x90);
  return is_overlong || is_no_character ? 0 : length;
}

}  // namespace

std::string to_utf8(std::string_view bytes) {
  std::string result;
  while (!bytes.empty()) {
    const std::size_t length = character_length(bytes);
    if (length > 0)
      result.append(bytes.substr(0, length));
    else
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(bytes.front()));
    bytes.remove_prefix(length > 0 ? length : 1);
  }
  return result;
}

std::vector<std::string> to_utf8(const std::vector<std::string>& texts) {
  std::vector<std::string> result;
  result.reserve(texts.size());
  for (const std::string& text : texts) result.push_back(to_utf8(text));
  return result;
}

}  // namespace statelane::runner
