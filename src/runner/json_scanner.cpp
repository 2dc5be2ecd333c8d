#include "runner/json_scanner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>

#include "base/error.hpp"

namespace statelane::runner {

namespace {

constexpr std::size_t longest_text = 1 << 20;
constexpr std::size_t deepest_nesting = 10000;

enum class ByteClass : std::uint8_t { plain, quote, backslash, open, close, comma };

constexpr std::array<ByteClass, 256> byte_classes = [] {
  std::array<ByteClass, 256> result{};
  result['"'] = ByteClass::quote;
  result['\\'] = ByteClass::backslash;
  result['{'] = result['['] = ByteClass::open;
  result['}'] = result[']'] = ByteClass::close;
  result[','] = ByteClass::comma;
  return result;
}();

ByteClass class_of(char byte) { return byte_classes[static_cast<unsigned char>(byte)]; }

bool is_blank(char byte) { return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t'; }

void append_utf8(std::string& text, std::uint32_t code) {
  const auto continuation = [&](int shift) { text += static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xC0 | (code >> 6));
    continuation(0);
  } else if (code < 0x10000) {
    text += static_cast<char>(0xE0 | (code >> 12));
    continuation(6);
    continuation(0);
  } else {
    text += static_cast<char>(0xF0 | (code >> 18));
    continuation(12);
    continuation(6);
    continuation(0);
  }
}

/// The four digits at `at`; empty when they are not there.
std::optional<std::uint32_t> hex_code(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return std::nullopt;
  std::uint32_t code = 0;
  const char* const begin = text.data() + at;
  const auto [end, error] = std::from_chars(begin, begin + 4, code, 16);
  if (error != std::errc() || end != begin + 4) return std::nullopt;
  return code;
}

/// Appends what the escape at `at` (after its backslash) means and returns where the text goes on; 0 for a bad escape.
std::size_t append_escape(std::string& result, std::string_view text, std::size_t at) {
  constexpr std::string_view names = "\"\\/bfnrt";
  constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
  const std::size_t simple = at < text.size() ? names.find(text[at]) : std::string_view::npos;
  if (simple != std::string_view::npos) {
    result += meanings[simple];
    return at + 1;
  }
  if (at >= text.size() || text[at] != 'u') return 0;
  std::optional<std::uint32_t> code = hex_code(text, at + 1);
  if (!code) return 0;
  at += 5;
  const bool is_high = *code >= 0xD800 && *code < 0xDC00;
  if (is_high && text.substr(at, 2) == "\\u") {
    const std::optional<std::uint32_t> low = hex_code(text, at + 2);
    if (low && *low >= 0xDC00 && *low < 0xE000) {
      code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
      at += 6;
    }
  }
  // A lone surrogate means nothing; JSON readers put the replacement character.
  append_utf8(result, *code >= 0xD800 && *code < 0xE000 ? 0xFFFD : *code);
  return at;
}

/// The meaning of a string's text; empty for a bad escape.
std::optional<std::string> unescape(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t plain_end = std::min(text.find('\\', at), text.size());
    result.append(text.substr(at, plain_end - at));
    at = plain_end;
    if (at == text.size()) break;
    at = append_escape(result, text, at + 1);
    if (at == 0) return std::nullopt;
  }
  return result;
}

bool is_scalar(std::string_view text) {
  if (text == "true" || text == "false" || text == "null") return true;
  const bool starts_well = !text.empty() && (text[0] == '-' || std::isdigit(static_cast<unsigned char>(text[0])) != 0);
  return starts_well && text.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
}

}  // namespace

std::string_view JsonStart::find(std::string_view piece) {
  for (std::size_t at = 0; !is_found_; ++at) {
    if (at == piece.size()) return {};
    is_found_ = is_at_line_ && (piece[at] == '{' || piece[at] == '[');
    is_at_line_ = piece[at] == '\n';
    if (is_found_) piece.remove_prefix(at);
  }
  return piece;
}

void JsonScanner::fail(std::string_view what) const {
  throw Error(ErrorKind::environment,
              fmt::format("cannot read the JSON of '{}' at byte {}: {}", command_, offset_, what),
              {"the tool must print JSON here and nothing else"});
}

void JsonScanner::add(std::string_view piece) {
  const char* const end = piece.data() + piece.size();
  for (const char* at = piece.data(); at != end;) {
    const char* const next = step(at, end);
    offset_ += static_cast<std::uint64_t>(next - at);
    at = next;
  }
}

void JsonScanner::finish() {
  if (state_ == State::scalar && nesting_.empty()) end_scalar();
  if (!is_done_) fail("the text ends too early");
}

const char* JsonScanner::step(const char* at, const char* end) {
  switch (state_) {
    case State::skip:
    case State::skip_string:
    case State::skip_escape: return skip(at, end);
    case State::string:
    case State::escape: return read_string(at, end);
    case State::scalar:
      if (!is_blank(*at) && class_of(*at) == ByteClass::plain) {
        if (text_.size() >= longest_text) fail("a number is too long");
        text_ += *at;
        return at + 1;
      }
      end_scalar();
      return at;
    default:
      if (!is_blank(*at)) structure(*at);
      return at + 1;
  }
}

const char* JsonScanner::skip(const char* at, const char* end) {
  while (at != end) {
    if (state_ == State::skip_escape) {
      ++at;
      state_ = State::skip_string;
    } else if (state_ == State::skip_string) {
      while (at != end && class_of(*at) != ByteClass::quote && class_of(*at) != ByteClass::backslash) ++at;
      if (at == end) return at;
      state_ = *at++ == '"' ? State::skip : State::skip_escape;
    } else {
      const ByteClass kind = class_of(*at);
      const bool ends = skip_depth_ == 0 && (kind == ByteClass::close || kind == ByteClass::comma);
      if (ends) {
        state_ = State::after_value;
        return at;
      }
      if (kind == ByteClass::quote) state_ = State::skip_string;
      if (kind == ByteClass::open) ++skip_depth_;
      if (kind == ByteClass::close) --skip_depth_;
      ++at;
    }
  }
  return at;
}

const char* JsonScanner::read_string(const char* at, const char* end) {
  const char* const begin = at;
  if (state_ == State::escape) {
    ++at;
    state_ = State::string;
  }
  while (at != end && *at != '"' && *at != '\\') ++at;
  text_.append(begin, at);
  if (text_.size() > longest_text) fail("a string is too long");
  if (at == end) return at;
  if (*at == '\\') {
    text_ += '\\';
    state_ = State::escape;
  } else {
    end_string();
  }
  return at + 1;
}

void JsonScanner::structure(char byte) {
  if (is_done_) fail("text after the end of the document");
  switch (byte) {
    case '}':
    case ']': return close(byte);
    case ',':
    case ':': return punctuation(byte);
    default: break;
  }
  if (state_ != State::value) fail("',', ':' or a closing bracket expected");
  if (expects_key_ && byte != '"') fail("a key expected");
  may_close_ = false;
  text_.clear();
  if (byte == '{' || byte == '[') return open(byte);
  if (byte == '"') {
    state_ = State::string;
  } else {
    text_ += byte;
    state_ = State::scalar;
  }
}

void JsonScanner::punctuation(char byte) {
  const State needed = byte == ':' ? State::after_key : State::after_value;
  if (state_ != needed) fail("a value expected");
  expects_key_ = byte == ',' && nesting_.back() == '{';
  state_ = skip_next_ ? State::skip : State::value;
  skip_depth_ = 0;
  skip_next_ = false;
}

void JsonScanner::open(char bracket) {
  if (nesting_.size() >= deepest_nesting) fail("the nesting is too deep");
  nesting_ += bracket;
  expects_key_ = bracket == '{';
  may_close_ = true;
  emit(bracket == '{' ? JsonEvent::Kind::begin_object : JsonEvent::Kind::begin_array);
}

void JsonScanner::close(char bracket) {
  const char opening = bracket == '}' ? '{' : '[';
  const bool may = state_ == State::after_value || (state_ == State::value && may_close_);
  if (!may || nesting_.empty() || nesting_.back() != opening) fail("a closing bracket that does not fit");
  nesting_.pop_back();
  may_close_ = false;
  emit(bracket == '}' ? JsonEvent::Kind::end_object : JsonEvent::Kind::end_array);
  end_value();
}

void JsonScanner::end_string() {
  const std::optional<std::string> decoded = unescape(text_);
  if (!decoded) fail("a bad escape in a string");
  if (!expects_key_) {
    emit(JsonEvent::Kind::string, *decoded);
    return end_value();
  }
  skip_next_ = receiver_({JsonEvent::Kind::key, *decoded}) == Answer::skip;
  expects_key_ = false;
  state_ = State::after_key;
}

void JsonScanner::end_scalar() {
  if (!is_scalar(text_)) fail("a value expected");
  emit(JsonEvent::Kind::scalar, text_);
  end_value();
}

void JsonScanner::end_value() {
  expects_key_ = false;
  state_ = State::after_value;
  is_done_ = nesting_.empty();
}

}  // namespace statelane::runner
