#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace statelane::http {

/// Host and port as RFC 3986 writes them: `host`, `host:port`, `[::1]:port`.
struct Authority {
  std::string host;  ///< an IPv6 address without its brackets
  std::optional<std::uint16_t> port;
};

/// Empty for what has no host, or a port that is none, or bytes that cannot stand in either.
std::optional<Authority> parse_authority(std::string_view text);

/// An address of the web, taken apart.
struct Address {
  bool is_tls = false;
  std::string host;  ///< an IPv6 address without its brackets
  std::uint16_t port = 0;
  std::string target;  ///< path and query

  /// What goes into the header `Host`: with the port where it is not the scheme's own.
  std::string host_header() const;
  /// `host:port`, as CONNECT names it.
  std::string authority() const;
};

/// Empty for anything but `http://…` and `https://…` in printable ASCII, and where a user or password stands in front
/// of the host: those would go to places that a URL goes to. A fragment is left out.
std::optional<Address> parse_address(std::string_view url);

}  // namespace statelane::http
