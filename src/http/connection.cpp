#include "http/connection.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <new>
#include <system_error>

#include "base/file_descriptor.hpp"
#include "http/name_service.hpp"

namespace statelane::http {

namespace {

using Kind = Failure::Kind;
using Time = Connection::Time;

Time now() { return std::chrono::steady_clock::now(); }

/// Waits until the descriptor is ready; false when the deadline has passed.
bool poll_until(int descriptor, short events, Time deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now()).count();
    if (left <= 0) return false;
    pollfd one{descriptor, events, 0};
    const auto longest = std::min<decltype(left)>(left, std::numeric_limits<int>::max());
    const int ready = ::poll(&one, 1, static_cast<int>(longest));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

/// 0, or the number of the error.
int connect_to(const FileDescriptor& socket, const SocketAddress& address, Time deadline) {
  if (!socket.is_open()) return errno;
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.length) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  if (!poll_until(socket.get(), POLLOUT, deadline)) return ETIMEDOUT;
  int error = 0;
  socklen_t length = sizeof error;
  return ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

Failure explain_tls(const SSL* session, const std::string& host) {
  if (const long result = SSL_get_verify_result(session); result != X509_V_OK) {
    return {Kind::untrusted,
            fmt::format("the certificate of {} is not trusted: {}", host, X509_verify_cert_error_string(result))};
  }
  const unsigned long error = ERR_peek_last_error();
  const char* reason = ERR_reason_error_string(error);
  if (reason == nullptr || ERR_GET_LIB(error) != ERR_LIB_SSL ||
      ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
    return {Kind::broken, fmt::format("{} closed the connection while TLS began", host)};
  }
  return {Kind::untrusted, fmt::format("cannot agree on TLS with {}: {}", host, reason)};
}

}  // namespace

Connection::Connection(std::chrono::milliseconds time)
    : time_(time), deadline_(now() + time), layers_(nullptr, &BIO_free_all) {}

std::optional<Failure> Connection::open(const std::string& host, std::uint16_t port) {
  host_ = host;
  const auto found = find_addresses(host, port, deadline_);
  if (const auto* reason = std::get_if<std::string>(&found)) {
    return Failure{Kind::unreachable, fmt::format("cannot find {}: {}", host, *reason)};
  }
  const auto& addresses = std::get<std::vector<SocketAddress>>(found);
  int error = ETIMEDOUT;
  for (std::size_t index = 0; index < addresses.size(); ++index) {
    // A machine without IPv6, or with an address that leads nowhere, must leave time for the others.
    const auto share = (deadline_ - now()) / static_cast<long>(addresses.size() - index);
    const SocketAddress& address = addresses[index];
    FileDescriptor socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    error = connect_to(socket, address, now() + share);
    if (error != 0) continue;
    descriptor_ = socket.release();
    layers_.reset(BIO_new_socket(descriptor_, BIO_CLOSE));
    if (!layers_) throw std::bad_alloc();
    return std::nullopt;
  }
  if (now() >= deadline_) return time_out();
  return Failure{Kind::unreachable,
                 fmt::format("cannot connect to {} port {}: {}", host, port, std::generic_category().message(error))};
}

std::optional<Failure> Connection::start_tls(const Trust& trust, const std::string& host) {
  host_ = host;
  TlsSession session = trust.start_session(host);
  BIO* const layer = BIO_new(BIO_f_ssl());
  if (layer == nullptr) throw std::bad_alloc();
  SSL_set_bio(session.get(), layers_.get(), layers_.get());
  static_cast<void>(layers_.release());  // the session's own now, as the session is the new layer's
  session_ = session.release();
  BIO_set_ssl(layer, session_, BIO_CLOSE);
  layers_.reset(layer);
  for (;;) {
    ERR_clear_error();
    if (BIO_do_handshake(layer) == 1) return std::nullopt;
    if (!BIO_should_retry(layer)) return explain_tls(session_, host);
    if (!wait()) return time_out();
  }
}

void Connection::write(std::string_view bytes) {
  while (!bytes.empty()) {
    ERR_clear_error();
    const auto size = static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 16));
    const int count = BIO_write(layers_.get(), bytes.data(), size);
    if (count > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (BIO_should_retry(layers_.get()) == 0 || !wait()) {
      return;
    }
  }
}

Connection::Received Connection::read(std::span<char> buffer) {
  while (now() < deadline_) {
    ERR_clear_error();
    const int count = BIO_read(layers_.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (count > 0) return {static_cast<std::size_t>(count)};
    if (!BIO_should_retry(layers_.get())) {
      return {0, session_ == nullptr ? count == 0 : (SSL_get_shutdown(session_) & SSL_RECEIVED_SHUTDOWN) != 0};
    }
    if (!wait()) break;
  }
  return {0, false, true};
}

Failure Connection::time_out() const {
  return {Kind::timed_out, fmt::format("no answer from {} within {} ms", host_, time_.count())};
}

bool Connection::wait() const {
  return poll_until(descriptor_, BIO_should_write(layers_.get()) != 0 ? POLLOUT : POLLIN, deadline_);
}

}  // namespace statelane::http
