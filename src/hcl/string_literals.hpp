#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace statelane::hcl {

/// What is wrong in a literal, and where in it.
struct EscapeFault {
  std::size_t offset = 0;
  std::size_t size = 0;
  std::string message;
};

struct DecodedLiteral {
  std::string text;
  std::optional<EscapeFault> fault;  ///< the first one; what is faulty stands in `text` as it was written
};

/// The value of a quoted literal: `\n \r \t \" \\ \uNNNN \UNNNNNNNN`, and `$${`, `%%{` for `${`, `%{`.
DecodedLiteral decode_quoted(std::string_view text);

/// The value of a piece of a heredoc or template file: only `$${` and `%%{` mean something.
DecodedLiteral decode_unquoted(std::string_view text);

}  // namespace statelane::hcl
