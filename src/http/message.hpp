#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace statelane::http {

/// One request. Headers and body go out as they are; `Host`, `Connection`, `User-Agent` and `Content-Length` are added.
struct Request {
  std::string method = "GET";
  std::string url;  ///< http or https
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
};

/// What a server answered, whatever its status is: redirects are answers too, and are not followed.
struct Response {
  int status = 0;
  std::map<std::string, std::string> headers{};  ///< names in lower case; of several with one name the last
  std::string body{};
};

/// Why there is no answer.
struct Failure {
  enum class Kind {
    unusable,     ///< the request or its address cannot be used as they are: another try is no use
    proxy,        ///< nor can the proxy that is set, or it refuses
    unreachable,  ///< no such name, or no connection
    untrusted,  ///< TLS: the certificate was refused, or there is no version in common; nothing of the request was sent
    timed_out,
    broken,     ///< there is an answer, or half of one, that is not HTTP
    too_large,  ///< the answer is, or its headers are, larger than the limits allow
  } kind = Kind::broken;
  std::string text;  ///< one phrase, without anything of the request but its address

  friend bool operator==(const Failure&, const Failure&) = default;
};

using Result = std::variant<Response, Failure>;

/// What bounds one exchange.
struct Limits {
  std::chrono::milliseconds time{30'000};  ///< for all of it, looking up the name included
  std::size_t header_bytes = 64 << 10;     ///< of the answer, lines before the body and after it together
  std::size_t body_bytes = 64 << 20;       ///< of the answer's body
};

}  // namespace statelane::http
