#include "base/escape.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.hpp"

namespace statelane {

namespace {

bool is_unsafe(char32_t value) {
  return value < 0x20 || (value >= 0x7F && value <= 0x9F) || value == 0x200E || value == 0x200F || value == 0x2028 ||
         value == 0x2029 || (value >= 0x202A && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069);
}

/// Appends the character that `text` begins with, spelled out where it has to be; returns how many bytes it takes.
std::size_t append_escaped(std::string_view text, std::string& out) {
  const Utf8Character character = first_utf8_character(text);
  if (character.length == 0) {
    out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
    return 1;
  }
  const auto number = static_cast<std::uint32_t>(character.value);
  if (is_unsafe(character.value))
    out += number <= 0xFF ? fmt::format("\\x{:02x}", number) : fmt::format("\\u{{{:x}}}", number);
  else
    out += text.substr(0, character.length);
  return character.length;
}

}  // namespace

std::string escape_for_terminal(std::string_view text) {
  std::string out;
  while (!text.empty()) text.remove_prefix(append_escaped(text, out));
  return out;
}

std::string escape_lines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text.front() != '\n') {
      text.remove_prefix(append_escaped(text, out));
      continue;
    }
    out += '\n';
    text.remove_prefix(1);
    if (!text.empty() && text.front() != ' ' && text.front() != '\n') out += "  ";
  }
  return out;
}

std::string cut_text(std::string_view text, std::size_t most) {
  std::string_view rest = text;
  for (; most > 0 && !rest.empty(); --most) {
    rest.remove_prefix(std::max<std::size_t>(1, first_utf8_character(rest).length));
  }
  if (rest.empty()) return std::string(text);
  return std::string(text.substr(0, text.size() - rest.size())) + "...";
}

}  // namespace statelane
