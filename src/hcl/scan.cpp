#include "hcl/scan.hpp"

#include "hcl/byte_classes.hpp"
#include "hcl/characters.hpp"

namespace statelane::hcl {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
/// The end of the identifier at `begin`; `begin` itself when there is none.
const char* skip_identifier(const char* begin, const char* end) {
  const char* cursor = begin;
  while (true) {
    while (is_in_class(*cursor, cursor == begin ? word_start : word)) ++cursor;
    if (static_cast<std::uint8_t>(*cursor) < 0x80) return cursor;
    const std::string_view rest = between(cursor, end);
    const std::size_t length = utf8_length(rest);
    if (length == 0) return cursor;
    const char32_t code_point = decode_utf8(rest.substr(0, length));
    if (cursor == begin ? !is_identifier_start(code_point) : !is_identifier_continue(code_point)) return cursor;
    cursor += length;
  }
}

}  // namespace

Scanner::Scanner(std::string_view source, Start start)
    : begin_(source.data()), cursor_(source.data()), end_(source.data() + source.size()), last_begin_(source.data()) {
  if (source.starts_with(byte_order_mark)) {
    cursor_ += byte_order_mark.size();
    line_start_ = static_cast<std::uint32_t>(byte_order_mark.size());
  }
  if (start == Start::template_text) frame_.mode = Mode::bare;
}

Lexeme Scanner::make(TokenKind kind, const char* begin, const char* end) {
  cursor_ = end;
  last_begin_ = begin;
  return {kind, false, offset(begin), offset(end), line_, line_start_};
}

/// For a token whose last byte is a line end.
Lexeme Scanner::make_line_end(TokenKind kind, const char* begin, const char* end) {
  const Lexeme result = make(kind, begin, end);
  ++line_;
  line_start_ = offset(end);
  return result;
}

Lexeme Scanner::next() {
  switch (frame_.mode) {
    case Mode::normal: return next_normal();
    case Mode::quoted: return next_quoted();
    case Mode::heredoc:
    case Mode::bare: return next_heredoc();
  }
  return next_normal();
}

Lexeme Scanner::next_normal() {
  const char* begin = cursor_;
  while (is_in_class(*begin, blank)) ++begin;
  if (is_in_class(*begin, word_start)) return scan_identifier(begin);
  switch (*begin) {
    case '\n': return make_line_end(TokenKind::newline, begin, begin + 1);
    case '"':
      if (frames_.size() >= frame_limit) return too_deep(begin);
      push({.mode = Mode::quoted});
      return make(TokenKind::open_quote, begin, begin + 1);
    case '=':
      if (begin[1] == '=') return make(TokenKind::equal, begin, begin + 2);
      if (begin[1] == '>') return make(TokenKind::arrow, begin, begin + 2);
      return make(TokenKind::assign, begin, begin + 1);
    case '.':
      if (begin[1] == '.' && begin[2] == '.') return make(TokenKind::ellipsis, begin, begin + 3);
      return make(TokenKind::dot, begin, begin + 1);
    case ',': return make(TokenKind::comma, begin, begin + 1);
    case '{': ++frame_.braces; return make(TokenKind::open_brace, begin, begin + 1);
    case '}': return close_brace(begin, begin + 1);
    case '[': return make(TokenKind::open_bracket, begin, begin + 1);
    case ']': return make(TokenKind::close_bracket, begin, begin + 1);
    case '(': return make(TokenKind::open_paren, begin, begin + 1);
    case ')': return make(TokenKind::close_paren, begin, begin + 1);
    case '#': return scan_line_comment(begin);
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9': return scan_number(begin);
    default: return next_symbol(begin);
  }
}

/// The rarer symbols.
Lexeme Scanner::next_symbol(const char* begin) {
  const auto one_or_two = [&](char second, TokenKind two, TokenKind one) {
    return begin[1] == second ? make(two, begin, begin + 2) : make(one, begin, begin + 1);
  };
  switch (*begin) {
    case '\0': return begin == end_ ? make(TokenKind::end, begin, begin) : make(TokenKind::invalid, begin, begin + 1);
    case '\r':
      if (begin[1] == '\n') return make_line_end(TokenKind::newline, begin, begin + 2);
      return make(TokenKind::invalid, begin, begin + 1);
    case '/':
      if (begin[1] == '/') return scan_line_comment(begin);
      if (begin[1] == '*') return scan_block_comment(begin);
      return make(TokenKind::slash, begin, begin + 1);
    case '<':
      if (begin[1] == '<') return scan_heredoc_opening(begin);
      return one_or_two('=', TokenKind::less_equal, TokenKind::less);
    case '~':
      if (begin[1] == '}') return close_brace(begin, begin + 2);
      return make(TokenKind::unsupported, begin, begin + 1);
    case '>': return one_or_two('=', TokenKind::greater_equal, TokenKind::greater);
    case '!': return one_or_two('=', TokenKind::not_equal, TokenKind::logical_not);
    case '&': return one_or_two('&', TokenKind::logical_and, TokenKind::unsupported);
    case '|': return one_or_two('|', TokenKind::logical_or, TokenKind::unsupported);
    case ':': return one_or_two(':', TokenKind::double_colon, TokenKind::colon);
    case '+': return make(TokenKind::plus, begin, begin + 1);
    case '-': return make(TokenKind::minus, begin, begin + 1);
    case '*': return make(TokenKind::star, begin, begin + 1);
    case '%': return make(TokenKind::percent, begin, begin + 1);
    case '?': return make(TokenKind::question, begin, begin + 1);
    case '^':
    case ';':
    case '`':
    case '\'': return make(TokenKind::unsupported, begin, begin + 1);
    default: return next_non_ascii(begin);
  }
}

Lexeme Scanner::next_non_ascii(const char* begin) {
  if (skip_identifier(begin, end_) != begin) return scan_identifier(begin);
  const std::size_t length = utf8_length(between(begin, end_));
  return make(TokenKind::invalid, begin, begin + (length == 0 ? 1 : length));
}

Lexeme Scanner::scan_identifier(const char* begin) {
  const char* cursor = begin;
  while (is_in_class(*cursor, word)) ++cursor;
  if (static_cast<std::uint8_t>(*cursor) >= 0x80) cursor = skip_identifier(begin, end_);
  return make(TokenKind::identifier, begin, cursor);
}

/// As HCL does, this takes `1.2.3` for one (bad) number and `1...` for a number and an ellipsis.
Lexeme Scanner::scan_number(const char* begin) {
  const char* cursor = begin + 1;
  const char* end = cursor;
  while (true) {
    if (is_in_class(*cursor, digit)) {
      end = ++cursor;
    } else if (*cursor == '.') {
      ++cursor;
    } else if (*cursor == 'e' || *cursor == 'E') {
      const char* exponent = cursor + 1 + (cursor[1] == '+' || cursor[1] == '-' ? 1 : 0);
      if (!is_in_class(*exponent, digit)) break;
      end = cursor = exponent + 1;
    } else {
      break;
    }
  }
  return make(TokenKind::number, begin, end);
}

Lexeme Scanner::scan_line_comment(const char* begin) {
  const char* end = find_line_end(begin, end_);
  if (end != end_ && end[-1] == '\r') --end;
  return make(TokenKind::comment, begin, end);
}

Lexeme Scanner::scan_block_comment(const char* begin) {
  const std::size_t close = between(begin, end_).find("*/", 2);
  if (close == std::string_view::npos) return make(TokenKind::unterminated, begin, end_);
  const char* end = begin + close + 2;
  const Lexeme result = make(TokenKind::comment, begin, end);
  for (const char* cursor = begin; cursor < end; ++cursor) {
    if (*cursor != '\n') continue;
    ++line_;
    line_start_ = offset(cursor + 1);
  }
  return result;
}

Lexeme Scanner::scan_heredoc_opening(const char* begin) {
  const char* marker = begin + (begin[2] == '-' ? 3 : 2);
  const char* marker_end = skip_identifier(marker, end_);
  const char* line_end = marker_end + (*marker_end == '\r' ? 1 : 0);
  if (marker == marker_end || *line_end != '\n') return make(TokenKind::less, begin, begin + 1);
  if (frames_.size() >= frame_limit) return too_deep(begin);
  push({.mode = Mode::heredoc, .marker_begin = offset(marker), .marker_end = offset(marker_end)});
  return make_line_end(TokenKind::open_heredoc, begin, line_end + 1);
}

/// `}` or `~}`. The latter is the end of a template sequence even where none ends, so that the parser refuses it.
Lexeme Scanner::close_brace(const char* begin, const char* end) {
  const bool ends_sequence = frame_.braces == 0 && !frames_.empty();
  if (ends_sequence) {
    pop();
  } else if (frame_.braces > 0) {
    --frame_.braces;
  }
  const bool is_brace = !ends_sequence && *begin == '}';
  return make(is_brace ? TokenKind::close_brace : TokenKind::template_end, begin, end);
}

Lexeme Scanner::too_deep(const char* begin) {
  frames_.clear();
  frame_ = {};
  return make(TokenKind::invalid, begin, end_);
}

Token to_token(const Lexeme& lexeme, std::string_view source) {
  const std::string_view text = source.substr(lexeme.begin, lexeme.end - lexeme.begin);
  SourcePos begin{lexeme.line, lexeme.begin - lexeme.line_start + 1, lexeme.begin};
  SourcePos end{lexeme.line, lexeme.end - lexeme.line_start + 1, lexeme.end};
  const std::size_t last_line = text.rfind('\n');
  if (last_line != std::string_view::npos) {
    for (const char byte : text) end.line += byte == '\n' ? 1 : 0;
    end.column = static_cast<std::uint32_t>(text.size() - last_line);
  }
  return {lexeme.kind, {begin, end}, text};
}

std::vector<Token> scan(std::string_view source) {
  const std::string copy(source);  // for the NUL byte behind it
  Scanner scanner(copy);
  std::vector<Token> result;
  do {
    result.push_back(to_token(scanner.next(), source));
  } while (result.back().kind != TokenKind::end);
  return result;
}

}  // namespace statelane::hcl
