#pragma once

#include <string>
#include <string_view>

namespace statelane::runner {

/// Terraform's output as lines without escapes and without the box that it draws around diagnostics.
std::string unbox(std::string_view output);

/// Every run of blanks and line ends as one blank: diagnostics are wrapped anywhere.
std::string unwrap(std::string_view text);

}  // namespace statelane::runner
