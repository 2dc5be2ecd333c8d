#pragma once

#include <string_view>

namespace statelane::hcl {

/// `letters`, UTF-8, stay as they are in Unicode's normal form C, whatever stands beside them. False also where that
/// would have to be worked out.
bool is_in_normal_form(std::string_view letters);

}  // namespace statelane::hcl
