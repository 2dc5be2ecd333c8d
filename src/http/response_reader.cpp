#include "http/response_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace statelane::http {

namespace {

/// Enough for any size; more digits would not fit.
constexpr std::size_t most_digits = 15;

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char byte) { return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32) : byte; });
  return lower;
}

std::optional<std::size_t> parse_number(std::string_view text, int base) {
  std::size_t number = 0;
  if (text.empty() || text.size() > most_digits) return std::nullopt;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

ResponseReader::ResponseReader(const Limits& limits, bool has_body) : limits_(limits), has_body_(has_body) {}

void ResponseReader::take(std::string_view bytes) {
  waiting_ += bytes;
  while (!is_done() && advance()) {
  }
  waiting_.erase(0, taken_);
  taken_ = 0;
}

void ResponseReader::end(bool is_whole) {
  if (is_done()) return;
  if (step_ == Step::to_end && is_whole) {
    step_ = Step::done;
  } else {
    fail("is cut off");
  }
}

void ResponseReader::fail_by_size(std::string fault) {
  is_too_large_ = true;
  fail(std::move(fault));
}

bool ResponseReader::advance() {
  if (step_ == Step::body || step_ == Step::chunk || step_ == Step::to_end) return take_body();
  const auto line = take_line();
  if (!line) return false;
  switch (step_) {
    case Step::status: read_status(*line); break;
    case Step::headers: line->empty() ? begin_body() : read_header(*line); break;
    case Step::chunk_size: read_chunk_size(*line); break;
    case Step::chunk_end:
      if (!line->empty()) fail("has a chunk of another size than it says");
      step_ = Step::chunk_size;
      break;
    default:
      if (line->empty()) step_ = Step::done;
  }
  return true;
}

/// Lines of the body's framing are not headers: they are bounded one by one.
std::optional<std::string_view> ResponseReader::take_line() {
  const std::string_view rest = std::string_view(waiting_).substr(taken_);
  const std::size_t end = rest.find('\n');
  const bool is_frame = step_ == Step::chunk_size || step_ == Step::chunk_end;
  if (is_frame && std::min(end, rest.size()) > limits_.header_bytes) {
    fail("has a bad chunk size");
    return std::nullopt;
  }
  if ((is_frame ? 0 : header_bytes_) + std::min(end, rest.size()) > limits_.header_bytes) {
    fail_by_size(fmt::format("has more than {} bytes of headers", limits_.header_bytes));
    return std::nullopt;
  }
  // What does not begin like HTTP is told at once: such a server may wait for more.
  constexpr std::string_view beginning = "HTTP/1.";
  if (step_ == Step::status && !rest.starts_with(beginning.substr(0, rest.size()))) {
    fail("is not HTTP");
    return std::nullopt;
  }
  if (end == std::string_view::npos) return std::nullopt;
  taken_ += end + 1;
  if (!is_frame) header_bytes_ += end + 1;
  return rest.substr(0, end > 0 && rest[end - 1] == '\r' ? end - 1 : end);
}

void ResponseReader::read_status(std::string_view line) {
  constexpr std::size_t place = std::string_view("HTTP/1.1 ").size();
  const auto status = line.size() >= place + 3 ? parse_number(line.substr(place, 3), 10) : std::nullopt;
  if (!status || *status < 100 || line[place - 1] != ' ' || (line.size() > place + 3 && line[place + 3] != ' ')) {
    return fail("is not HTTP");
  }
  response_ = {static_cast<int>(*status), {}, {}};
  step_ = Step::headers;
}

void ResponseReader::read_header(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == 0 || colon == std::string_view::npos || line.find_first_of(" \t") < colon ||
      line.find('\0') != std::string_view::npos) {
    return fail("has a line among its headers that is none");
  }
  const std::string name = to_lower(line.substr(0, colon));
  const std::string value(trim(line.substr(colon + 1)));
  const auto earlier = response_.headers.find(name);
  if (name == "content-length" && earlier != response_.headers.end() && earlier->second != value) {
    return fail("gives two lengths of its body");
  }
  response_.headers[name] = value;
}

void ResponseReader::begin_body() {
  const int status = response_.status;
  if (status < 200) {
    // 101 would be another protocol, which nothing here asks for.
    step_ = Step::status;
    return;
  }
  const auto& headers = response_.headers;
  const auto coding = headers.find("transfer-encoding");
  const auto length = headers.find("content-length");
  if (!has_body_ || status == 204 || status == 304) {
    step_ = Step::done;
  } else if (coding != headers.end()) {
    step_ = Step::chunk_size;
    if (to_lower(coding->second) != "chunked") fail("comes in a transfer coding that was not asked for");
  } else if (length == headers.end()) {
    step_ = Step::to_end;
    left_ = limits_.body_bytes + 1;
  } else if (const auto number = parse_number(length->second, 10)) {
    expect(*number, *number == 0 ? Step::done : Step::body);
  } else {
    fail("gives no length of its body that can be read");
  }
}

void ResponseReader::expect(std::size_t length, Step step) {
  if (length > limits_.body_bytes - response_.body.size()) {
    return fail_by_size(fmt::format("is larger than {} bytes", limits_.body_bytes));
  }
  left_ = length;
  step_ = step;
}

void ResponseReader::read_chunk_size(std::string_view line) {
  // What stands behind a semicolon says nothing that matters.
  const auto size = parse_number(trim(line.substr(0, line.find(';'))), 16);
  if (!size) return fail("has a bad chunk size");
  expect(*size, *size == 0 ? Step::trailers : Step::chunk);
}

bool ResponseReader::take_body() {
  const std::size_t count = std::min(waiting_.size() - taken_, left_);
  response_.body.append(waiting_, taken_, count);
  taken_ += count;
  left_ -= count;
  if (left_ > 0) return false;
  if (step_ == Step::to_end) {
    fail_by_size(fmt::format("is larger than {} bytes", limits_.body_bytes));
  } else {
    step_ = step_ == Step::chunk ? Step::chunk_end : Step::done;
  }
  return true;
}

}  // namespace statelane::http
