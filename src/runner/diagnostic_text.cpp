#include "runner/diagnostic_text.hpp"

#include <algorithm>

#include "runner/artifacts.hpp"

namespace statelane::runner {

std::string unbox(std::string_view output) {
  constexpr std::string_view bar = "\xE2\x94\x82";  // the box's left side
  const std::string plain = strip_escapes(output);
  std::string result;
  for (std::size_t begin = 0; begin < plain.size();) {
    const std::size_t end = std::min(plain.find('\n', begin), plain.size());
    std::string_view line(plain.data() + begin, end - begin);
    if (line.starts_with(bar)) line.remove_prefix(bar.size());
    result.append(line).append("\n");
    begin = end + 1;
  }
  return result;
}

std::string unwrap(std::string_view text) {
  std::string result;
  for (const char byte : text) {
    const bool is_blank = byte == ' ' || byte == '\n' || byte == '\t';
    if (!is_blank)
      result += byte;
    else if (!result.empty() && result.back() != ' ')
      result += ' ';
  }
  return result;
}

}  // namespace statelane::runner
