#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace statelane::runner {

/// `bytes` as valid UTF-8, which JSON needs: what is not UTF-8 is told as `\xNN`. Equal bytes give equal text.
std::string to_utf8(std::string_view bytes);
std::vector<std::string> to_utf8(const std::vector<std::string>& texts);

}  // namespace statelane::runner
