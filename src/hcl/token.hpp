#pragma once

#include <cstdint>
#include <string_view>

#include "base/source.hpp"

namespace statelane::hcl {

/// The lexical classes of HCL's native syntax.
enum class TokenKind : std::uint8_t {
  end,             ///< after the last byte; `text` is empty
  newline,         ///< `\n` or `\r\n`
  comment,         ///< `# …`, `// …` without its line end, or `/* … */`
  identifier,      ///< Unicode identifiers, dashes included
  number,          ///< digits with fraction and exponent
  open_quote,      ///< `"`
  close_quote,     ///< `"`
  quoted_literal,  ///< text between quotes, escapes as written
  open_heredoc,    ///< `<<EOT` or `<<-EOT` with its line end
  close_heredoc,   ///< the marker on its own line, with the blanks before it, without its line end
  string_literal,  ///< one line (or the rest of one) of a heredoc or a template file, as written
  interpolation,   ///< `${` or `${~`
  directive,       ///< `%{` or `%{~`
  template_end,    ///< `}` or `~}` that ends an interpolation or directive
  open_brace,
  close_brace,
  open_bracket,
  close_bracket,
  open_paren,
  close_paren,
  plus,
  minus,
  star,
  slash,
  percent,
  assign,  ///< `=`
  equal,   ///< `==`
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  logical_and,
  logical_or,
  logical_not,
  question,
  colon,
  double_colon,  ///< `::`
  comma,
  dot,
  ellipsis,      ///< `...`
  arrow,         ///< `=>`
  unsupported,   ///< a character HCL knows and refuses: `& | ^ ~ ; ' \``, a tab is a blank
  invalid,       ///< bytes that are no UTF-8 or no character of HCL
  unterminated,  ///< a quote without its end: the rest of the line; a heredoc without its end: empty, at the end
};

/// One piece of the source. The tokens of a text, with the blanks between them, are the text.
struct Token {
  TokenKind kind = TokenKind::end;
  SourceRange range;
  std::string_view text;  ///< a view into the source
};

}  // namespace statelane::hcl
