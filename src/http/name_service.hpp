#pragma once

#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace statelane::http {

/// Where a socket connects to.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

/// The addresses of a host, in the order in which they are worth trying, or a phrase that says why there are none. It
/// waits until `deadline` at most; an empty list says that it has passed.
///
/// Asks `/etc/hosts` and the servers of `/etc/resolv.conf` by libevent's resolver: glibc's own loads shared libraries
/// of the very version that it was linked with, which a static program must not (see name_stubs.c).
std::variant<std::vector<SocketAddress>, std::string> find_addresses(const std::string& host, std::uint16_t port,
                                                                     std::chrono::steady_clock::time_point deadline);

}  // namespace statelane::http
