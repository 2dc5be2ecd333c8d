#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace statelane::runner {

/// One request. Headers and body go out as they are.
struct HttpRequest {
  std::string method;  ///< GET, POST or PUT
  std::string url;     ///< http or https
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
};

/// What a server answered.
struct HttpResponse {
  int status = 0;
  std::map<std::string, std::string> headers{};  ///< names in lower case; of several with one name the last
  std::string body{};
};

/// Why there is no answer.
struct HttpFailure {
  enum class Kind { address, unreachable, untrusted, timed_out, broken } kind = Kind::broken;
  std::string text;  ///< one phrase, without what the request held
};

using HttpResult = std::variant<HttpResponse, HttpFailure>;

/// What bounds an exchange, and whom to trust.
struct HttpSettings {
  std::chrono::milliseconds time_out{30'000};  ///< for the whole exchange, looking up the name included
  std::size_t most_bytes = 64 << 20;           ///< of the answer's body
  std::filesystem::path authorities{};         ///< certificates to trust beside the system's; empty: none
};

/// Sends one request on a connection of its own, by libevent and OpenSSL.
///
/// Names are looked up by libevent's own resolver: glibc's loads shared libraries, which a static program must not.
/// Certificates are always verified, against SSL_CERT_FILE or the system's bundle, and `authorities`. No redirect is
/// followed, so that what a request holds goes nowhere else; no proxy is used.
HttpResult send_http(const HttpRequest& request, const HttpSettings& settings);

}  // namespace statelane::runner
