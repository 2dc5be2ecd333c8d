#include "hcl/string_literals.hpp"

#include <fmt/format.h>

#include <charconv>

#include "hcl/characters.hpp"

namespace statelane::hcl {

namespace {

/// How many hexadecimal digits `text` begins with, at most `most`.
std::size_t count_digits(std::string_view text, std::size_t most) {
  const std::size_t end = text.substr(0, most).find_first_not_of("0123456789abcdefABCDEF");
  return end == std::string_view::npos ? std::min(most, text.size()) : end;
}

bool is_template_escape(std::string_view text) { return text.starts_with("$${") || text.starts_with("%%{"); }

class QuotedDecoder {
 public:
  explicit QuotedDecoder(std::string_view text) : text_(text) {}

  DecodedLiteral decode() {
    while (offset_ < text_.size()) {
      const std::string_view rest = text_.substr(offset_);
      if (rest[0] == '\\') {
        decode_escape(rest);
      } else if (is_template_escape(rest)) {
        append(rest.substr(1, 2), 3);
      } else {
        append(rest.substr(0, 1), 1);
      }
    }
    return std::move(result_);
  }

 private:
  void append(std::string_view value, std::size_t consumed) {
    result_.text += value;
    offset_ += consumed;
  }

  void decode_escape(std::string_view rest) {
    switch (rest.size() > 1 ? rest[1] : '\0') {
      case 'n': return append("\n", 2);
      case 'r': return append("\r", 2);
      case 't': return append("\t", 2);
      case '"': return append("\"", 2);
      case '\\': return append("\\", 2);
      case 'u': return decode_code_point(rest, 4);
      case 'U': return decode_code_point(rest, 8);
      default: {
        const std::size_t size = 1 + utf8_length(rest.substr(1));
        add_fault(rest.substr(0, size), fmt::format("`{}` is no escape sequence", rest.substr(0, size)));
      }
    }
  }

  void decode_code_point(std::string_view rest, std::size_t digits) {
    const std::size_t found = count_digits(rest.substr(2), digits);
    const std::string_view sequence = rest.substr(0, 2 + found);
    if (found != digits) {
      return add_fault(sequence, fmt::format("`{}` needs {} hexadecimal digits", rest.substr(0, 2), digits));
    }
    std::uint32_t code_point = 0;
    std::from_chars(sequence.data() + 2, sequence.data() + sequence.size(), code_point, 16);
    if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF)) {
      return add_fault(sequence, fmt::format("`{}` is no character of Unicode", sequence));
    }
    append_utf8(result_.text, code_point);
    offset_ += sequence.size();
  }

  void add_fault(std::string_view sequence, std::string message) {
    if (!result_.fault) result_.fault = EscapeFault{offset_, sequence.size(), std::move(message)};
    append(sequence, sequence.size());
  }

  std::string_view text_;
  std::size_t offset_ = 0;
  DecodedLiteral result_;
};

}  // namespace

DecodedLiteral decode_quoted(std::string_view text) { return QuotedDecoder(text).decode(); }

DecodedLiteral decode_unquoted(std::string_view text) {
  DecodedLiteral result;
  while (!text.empty()) {
    const bool is_escape = is_template_escape(text);
    result.text += is_escape ? text.substr(1, 2) : text.substr(0, 1);
    text.remove_prefix(is_escape ? 3 : 1);
  }
  return result;
}

}  // namespace statelane::hcl
