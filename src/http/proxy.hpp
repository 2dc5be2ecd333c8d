#pragma once

#include <functional>
#include <string>
#include <variant>

#include "http/address.hpp"

namespace statelane::http {

/// What the environment says of proxies, under the rules of curl: a name in lower case goes before the one in upper
/// case, an empty one is as good as none, and `HTTP_PROXY` is not read, since servers make it of what a request holds.
struct ProxySettings {
  std::string http{};   ///< http_proxy
  std::string https{};  ///< https_proxy, HTTPS_PROXY
  std::string all{};    ///< all_proxy, ALL_PROXY: for what the first two leave open
  std::string none{};   ///< no_proxy, NO_PROXY: hosts that are reached without one
};

/// `variable` gives an environment variable's value; empty where it is not set.
ProxySettings find_proxy_settings(const std::function<std::string(const char* name)>& variable);

/// Where a request goes first.
struct Proxy {
  bool is_tls = false;  ///< TLS to the proxy itself
  std::string host;
  std::uint16_t port = 0;
  std::string authorization;  ///< the value of `Proxy-Authorization`; empty where there is no user
};

/// None, a proxy, or a phrase that says why the proxy that is set cannot be used; it never holds user or password.
using ProxyChoice = std::variant<std::monostate, Proxy, std::string>;

ProxyChoice choose_proxy(const Address& address, const ProxySettings& settings);

/// Whether `list`, as NO_PROXY holds it, names `host`: by commas or blanks, `*` alone is every host, a name stands for
/// itself and all below it, an IP address for itself, and one with a length for its network.
bool is_without_proxy(const std::string& host, std::string_view list);

}  // namespace statelane::http
