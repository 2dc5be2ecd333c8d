#pragma once

#include <string>
#include <string_view>

namespace statelane::runner {

/// Takes out of a program's output, which comes in pieces, what a terminal or GitLab's log would obey: escape
/// sequences, section markers with them, and control characters but line ends and tabs. A carriage return ends a line,
/// so that nothing is written over. Nothing swallows more than the rest of its line.
class EscapeFilter {
 public:
  enum class Colours { removed, kept };
  explicit EscapeFilter(Colours colours) : colours_(colours) {}

  /// Appends what stays of `piece` to `result`.
  void add(std::string_view piece, std::string& result);

 private:
  enum class State { text, escape, sequence, command, first_of_two };
  void add(char byte, std::string& result);
  void add_to_sequence(char byte, std::string& result);

  Colours colours_;
  State state_ = State::text;
  std::string sequence_;  ///< what has come of one that may set a colour
  bool is_after_return_ = false;
};

/// Whole text without escapes and colours.
std::string strip_escapes(std::string_view text);

}  // namespace statelane::runner
