#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "http/message.hpp"
#include "http/proxy.hpp"
#include "http/trust.hpp"

namespace statelane::http {

/// Which way requests go, and whom they trust: what a job's environment says of the network, as values.
struct Network {
  ProxySettings proxies{};
  Authorities authorities{};
};

/// Sends requests, each on a connection of its own.
///
/// Certificates are always verified, those of proxies too. No redirect is followed, so that what a request holds goes
/// to the host of its address and nowhere else. Proxies are used as curl uses them: `http://` addresses are asked for
/// whole, for `https://` the proxy gives a tunnel, and sees nothing of the request.
class Client {
 public:
  explicit Client(Network network) : network_(std::move(network)) {}

  Result send(const Request& request, const Limits& limits = {});

 private:
  Network network_;
  /// Read when TLS is first asked for: a bundle takes some milliseconds.
  std::optional<std::variant<Trust, std::string>> trust_;
};

}  // namespace statelane::http
