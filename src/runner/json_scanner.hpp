#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace statelane::runner {

/// One step through a JSON document.
struct JsonEvent {
  enum class Kind { begin_object, end_object, begin_array, end_array, key, string, scalar } kind;
  std::string_view
      text;  ///< key and string: decoded; scalar: `true`, `null`, `-1.5e3` as written. Valid during the call.
};

/// Finds where an answer's JSON begins: OpenTofu prints warnings about its own configuration before it, on the same
/// stream (opentofu, internal/command/views).
class JsonStart {
 public:
  /// What of the next piece belongs to the document: from the first line that begins with a bracket.
  std::string_view find(std::string_view piece);

 private:
  bool is_found_ = false;
  bool is_at_line_ = true;
};

/// Reads JSON from pieces of any size in constant memory and tells what it meets. What the receiver does not want is
/// passed over at the speed of reading: its brackets and strings are followed, its grammar is not checked. Bytes that
/// are not UTF-8 are passed through.
class JsonScanner {
 public:
  enum class Answer { enter, skip };  ///< `skip` as the answer to a key: its value is passed over; else ignored

  /// `command`, such as `show -json`, is what Terraform was asked.
  JsonScanner(std::string command, std::function<Answer(const JsonEvent&)> receiver)
      : command_(std::move(command)), receiver_(std::move(receiver)) {}

  /// Throws `Error{environment}` where the text is not JSON, with the command and the offset; after that the scanner is
  /// of no more use.
  void add(std::string_view piece);

  /// To be called after the last piece: throws when the document is not complete.
  void finish();

 private:
  enum class State { value, string, escape, after_key, scalar, after_value, skip, skip_string, skip_escape };

  const char* step(const char* at, const char* end);
  const char* skip(const char* at, const char* end);
  const char* read_string(const char* at, const char* end);
  void structure(char byte);
  void punctuation(char byte);
  void open(char bracket);
  void close(char bracket);
  void end_string();
  void end_scalar();
  void end_value();
  void emit(JsonEvent::Kind kind, std::string_view text = {}) { receiver_({kind, text}); }
  [[noreturn]] void fail(std::string_view what) const;

  std::string command_;
  std::function<Answer(const JsonEvent&)> receiver_;
  State state_ = State::value;
  std::string nesting_;           ///< `{` and `[` of what was entered
  std::uint64_t skip_depth_ = 0;  ///< open brackets in what is passed over
  bool expects_key_ = false;
  bool may_close_ = false;  ///< just after an opening bracket
  bool skip_next_ = false;  ///< the receiver does not want the value that comes
  bool is_done_ = false;
  std::string text_;  ///< the string or scalar being read, strings still escaped
  std::uint64_t offset_ = 0;
};

}  // namespace statelane::runner
