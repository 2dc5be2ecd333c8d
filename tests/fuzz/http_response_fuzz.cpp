#include <cstdint>
#include <cstdlib>

#include "http/response_reader.hpp"

using namespace statelane;

/// Answers of a server, whole and in pieces: both readings agree, and nothing is larger than allowed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr http::Limits limits{std::chrono::seconds(1), 256, 4096};
  const bool has_body = data[0] % 2 == 0;
  const std::size_t step = data[0] / 2 % 7 + 1;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  http::ResponseReader whole(limits, has_body);
  whole.take(text);
  if (!whole.is_done()) whole.end(true);
  http::ResponseReader pieces(limits, has_body);
  for (std::size_t at = 0; at < text.size() && !pieces.is_done(); at += step) pieces.take(text.substr(at, step));
  if (!pieces.is_done()) pieces.end(true);
  if (whole.fault().has_value() != pieces.fault().has_value()) std::abort();
  if (whole.fault()) return 0;
  const http::Response one = whole.take_response();
  const http::Response other = pieces.take_response();
  if (one.status != other.status || one.body != other.body || one.body.size() > limits.body_bytes) std::abort();
  return 0;
}
