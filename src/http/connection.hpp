#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/message.hpp"
#include "http/trust.hpp"

struct bio_st;

namespace statelane::http {

/// One connection to one place, plain or with TLS, also with TLS through a tunnel in TLS. Whatever is asked of it waits
/// until the deadline at most. What each function gives back is the failure; empty where there is none.
class Connection {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `time` is what the deadline allows in all; failures name it.
  explicit Connection(std::chrono::milliseconds time);

  std::optional<Failure> open(const std::string& host, std::uint16_t port);

  /// From here on all goes through TLS with `host`, whose certificate has been verified.
  std::optional<Failure> start_tls(const Trust& trust, const std::string& host);

  /// What cannot be written shows when the answer is read: who refuses a request before all of it has come has answered
  /// all the same.
  void write(std::string_view bytes);

  /// What one read gave.
  struct Received {
    std::size_t count = 0;      ///< 0: the other side has ended the connection
    bool is_whole_end = false;  ///< at the end: it said so where TLS lets it say so, so that nobody cut it off
    bool is_over_time = false;
  };
  Received read(std::span<char> buffer);

  Failure time_out() const;

 private:
  /// Waits for the socket where the last operation could not go on; false when the deadline has passed.
  bool wait() const;

  std::chrono::milliseconds time_;
  Time deadline_;
  std::string host_;           ///< to name in failures
  int descriptor_ = -1;        ///< owned by the lowest layer
  ssl_st* session_ = nullptr;  ///< the topmost layer's
  std::unique_ptr<bio_st, void (*)(bio_st*)> layers_;
};

}  // namespace statelane::http
