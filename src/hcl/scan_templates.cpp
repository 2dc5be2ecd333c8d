#include <algorithm>
#include <iterator>

#include "hcl/byte_classes.hpp"
#include "hcl/characters.hpp"
#include "hcl/scan.hpp"

namespace statelane::hcl {

namespace {

/// What is left of `text` without blanks around it, as HCL trims a line before it compares it with a heredoc's marker.
std::string_view trim(std::string_view text) { return trim_left(trim_right(text)); }

}  // namespace

Lexeme Scanner::open_template_sequence(const char* begin) {
  if (frames_.size() >= frame_limit) return too_deep(begin);
  frame_.at_line_start = false;
  push({});
  return make(*begin == '$' ? TokenKind::interpolation : TokenKind::directive, begin,
              begin + (begin[2] == '~' ? 3 : 2));
}

/// The end of the literal text at `cursor`: where a template sequence, the closing quote, a line end, a bad byte or the
/// end of the source stands.
const char* Scanner::skip_literal(const char* cursor, bool is_quoted, bool& has_escape) const {
  const std::uint8_t plain = is_quoted ? plain_in_quotes : plain_in_heredoc;
  while (true) {
    while (is_in_class(*cursor, plain)) ++cursor;
    const char byte = *cursor;
    if (byte == '$' || byte == '%') {
      if (cursor[1] == '{') return cursor;
      const bool is_escape = cursor[1] == byte && cursor[2] == '{';
      has_escape = has_escape || is_escape;
      cursor += is_escape ? 3 : 1;
    } else if (static_cast<std::uint8_t>(byte) >= 0x80 || byte == '\0') {
      const std::size_t length = utf8_length(between(cursor, end_));
      if (length == 0) return cursor;
      cursor += length;
    } else if (byte == '\\' && is_quoted) {
      has_escape = true;
      ++cursor;
      // The escaped character is part of the literal, whatever it is, but for a line end.
      if (is_in_class(*cursor, plain_in_heredoc) || *cursor == '$' || *cursor == '%') ++cursor;
    } else {
      return cursor;
    }
  }
}

Lexeme Scanner::next_quoted() {
  const char* begin = cursor_;
  bool has_escape = false;
  const char* end = skip_literal(begin, true, has_escape);
  if (end != begin) {
    Lexeme result = make(TokenKind::quoted_literal, begin, end);
    result.has_escape = has_escape;
    return result;
  }
  switch (*begin) {
    case '"': pop(); return make(TokenKind::close_quote, begin, begin + 1);
    case '$':
    case '%': return open_template_sequence(begin);
    case '\0':
    case '\r':
    case '\n': pop(); return make(TokenKind::unterminated, begin, begin);
    default: return make(TokenKind::invalid, begin, begin + 1);
  }
}

bool Scanner::is_marker(std::string_view line) const {
  return frame_.at_line_start && frame_.marker_end != frame_.marker_begin &&
         trim(line) == between(begin_ + frame_.marker_begin, begin_ + frame_.marker_end);
}

/// A heredoc or, without a marker, a template file.
Lexeme Scanner::next_heredoc() {
  const char* begin = cursor_;
  bool has_escape = false;
  const char* end = skip_literal(begin, false, has_escape);
  const char* line_end = end + (*end == '\r' && end[1] == '\n' ? 1 : 0);
  if (*line_end == '\n') {
    if (is_marker(between(begin, end))) {
      pop();
      return make(TokenKind::close_heredoc, begin, end);
    }
    frame_.at_line_start = true;
    Lexeme result = make_line_end(TokenKind::string_literal, begin, line_end + 1);
    result.has_escape = has_escape;
    return result;
  }
  if (end != begin) {
    frame_.at_line_start = false;
    Lexeme result = make(TokenKind::string_literal, begin, end);
    result.has_escape = has_escape;
    return result;
  }
  if (*begin == '$' || *begin == '%') return open_template_sequence(begin);
  if (begin != end_) return make(TokenKind::invalid, begin, begin + 1);
  if (frames_.empty()) return make(TokenKind::end, begin, begin);
  pop();
  return make(TokenKind::unterminated, begin, begin);
}

bool Scanner::is_in_heredoc() const {
  const auto is_heredoc = [](const Frame& frame) { return frame.mode == Mode::heredoc; };
  return is_heredoc(frame_) || std::any_of(frames_.begin(), frames_.end(), is_heredoc);
}

bool Scanner::leave_templates() {
  frames_.push_back(frame_);
  const auto outermost =
      std::find_if(frames_.begin(), frames_.end(), [](const Frame& frame) { return frame.mode != Mode::normal; });
  frame_ = outermost == frames_.end() ? frames_.back() : *outermost;
  const bool is_in_template = outermost != frames_.end();
  frames_.erase(is_in_template ? outermost : std::prev(frames_.end()), frames_.end());
  if (is_in_template) leave_template();
  return is_in_template;
}

void Scanner::leave_template() {
  if (frame_.mode == Mode::heredoc) {
    leave_heredoc();
    return;
  }
  if (frame_.mode == Mode::quoted) pop();
  const char* line = begin_ + line_start_;
  if (last_begin_ < line) return;  // the last token was a line end
  cursor_ = trim_left(between(line, last_begin_)).empty() ? last_begin_ : find_line_end(cursor_, end_);
}

/// Without interpolations the lines up to the marker are plain text.
void Scanner::leave_heredoc() {
  frame_.at_line_start = cursor_ == begin_ + line_start_;
  while (frame_.mode == Mode::heredoc) {
    const char* end = find_line_end(cursor_, end_);
    if (end == end_ || is_marker(between(cursor_, end))) {
      pop();
      cursor_ = end;
      return;
    }
    make_line_end(TokenKind::string_literal, cursor_, end + 1);
    frame_.at_line_start = true;
  }
}

}  // namespace statelane::hcl
