#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace statelane::http {

/// Reads one answer of HTTP/1.x as its bytes come (RFC 9112): status, headers, and a body by its length, in chunks, or
/// to the connection's end. Interim answers (1xx) are passed over. Never holds more than the limits allow.
class ResponseReader {
 public:
  /// `has_body` is false for the answers to HEAD and CONNECT.
  explicit ResponseReader(const Limits& limits, bool has_body = true);

  void take(std::string_view bytes);
  /// The connection has ended. `is_whole`: the other side said so, where the connection can tell (TLS).
  void end(bool is_whole);

  /// There is nothing more to read: a whole answer, or a fault.
  bool is_done() const { return step_ == Step::done || fault_; }
  /// Why this is no answer, as the rest of a sentence that begins with "the answer of HOST".
  const std::optional<std::string>& fault() const { return fault_; }
  bool is_too_large() const { return is_too_large_; }
  Response take_response() { return std::move(response_); }

 private:
  enum class Step { status, headers, body, to_end, chunk_size, chunk, chunk_end, trailers, done };

  /// Each takes what it can of `waiting_`; false when it needs more bytes.
  bool advance();
  bool take_body();
  std::optional<std::string_view> take_line();
  void read_status(std::string_view line);
  void read_header(std::string_view line);
  void read_chunk_size(std::string_view line);
  void begin_body();
  void expect(std::size_t length, Step step);
  void fail(std::string fault) { fault_ = std::move(fault); }
  void fail_by_size(std::string fault);

  Limits limits_;
  bool has_body_;
  Step step_ = Step::status;
  std::string waiting_;           ///< what came, from what the steps have not taken
  std::size_t taken_ = 0;         ///< of `waiting_`, while `take` is at work
  std::size_t header_bytes_ = 0;  ///< of all lines so far
  std::size_t left_ = 0;          ///< bytes of the body, or of the chunk, that are still to come
  Response response_;
  std::optional<std::string> fault_;
  bool is_too_large_ = false;
};

}  // namespace statelane::http
