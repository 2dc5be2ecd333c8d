#include "runner/escape_filter.hpp"

#include <algorithm>

namespace statelane::runner {

namespace {

constexpr char escape = '\x1b';
constexpr char first_of_two_bytes = '\xC2';  ///< UTF-8's for U+0080 to U+00BF, the C1 controls among them
constexpr std::size_t longest_colour = 64;

bool is_plain(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return (value >= 0x20 && value != 0x7F && byte != first_of_two_bytes) || byte == '\t';
}

}  // namespace

void EscapeFilter::add(std::string_view piece, std::string& result) {
  while (!piece.empty()) {
    const bool may_run = state_ == State::text && !is_after_return_;
    const auto end = may_run ? std::find_if_not(piece.begin(), piece.end(), is_plain) : piece.begin();
    const auto run = static_cast<std::size_t>(end - piece.begin());
    result.append(piece.substr(0, run));
    piece.remove_prefix(run);
    if (piece.empty()) return;
    add(piece.front(), result);
    piece.remove_prefix(1);
  }
}

void EscapeFilter::add(char byte, std::string& result) {
  if (byte == '\n' || byte == '\r') {
    const bool is_second_of_pair = is_after_return_ && byte == '\n';
    is_after_return_ = byte == '\r';
    state_ = State::text;
    if (!is_second_of_pair) result += '\n';
    return;
  }
  is_after_return_ = false;
  switch (state_) {
    case State::text:
      if (byte == escape)
        state_ = State::escape;
      else if (byte == first_of_two_bytes)
        state_ = State::first_of_two;
      else if (is_plain(byte))
        result += byte;
      break;
    case State::escape:
      sequence_ = "\x1b[";
      // ECMA-48: `[` begins a control sequence, these a command string that BEL or `ESC \` ends.
      state_ = byte == '['                                                 ? State::sequence
               : std::string_view("]PX^_").find(byte) != std::string::npos ? State::command
                                                                           : State::text;
      break;
    case State::sequence: add_to_sequence(byte, result); break;
    case State::command:
      if (byte == '\a') state_ = State::text;
      if (byte == escape) state_ = State::escape;
      break;
    case State::first_of_two:
      state_ = State::text;
      if (static_cast<unsigned char>(byte) >= 0xA0) result.append({first_of_two_bytes, byte});
      break;
  }
}

void EscapeFilter::add_to_sequence(char byte, std::string& result) {
  sequence_ += byte;
  // It ends with a byte from @ to ~; with `m` it sets colours.
  if (byte < '@' || byte > '~') {
    if (sequence_.size() > longest_colour) state_ = State::text;
    return;
  }
  state_ = State::text;
  if (colours_ == Colours::kept && byte == 'm') result += sequence_;
}

std::string strip_escapes(std::string_view text) {
  std::string result;
  EscapeFilter(EscapeFilter::Colours::removed).add(text, result);
  return result;
}

}  // namespace statelane::runner
