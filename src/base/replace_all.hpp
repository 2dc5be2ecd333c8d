#pragma once

#include <string>
#include <string_view>

namespace statelane {

/// Every `from` in `text` becomes `to`; what `to` brings is not looked at again. `from` is not empty.
inline std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

}  // namespace statelane
