#include "http/client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <optional>

#include "http/connection.hpp"
#include "http/response_reader.hpp"

namespace statelane::http {

namespace {

using Kind = Failure::Kind;

/// A server that closes early must be an answer that is missing, not a signal.
class IgnoredPipeSignal {
 public:
  IgnoredPipeSignal() : previous_(std::signal(SIGPIPE, SIG_IGN)) {}
  IgnoredPipeSignal(const IgnoredPipeSignal&) = delete;
  ~IgnoredPipeSignal() { std::signal(SIGPIPE, previous_); }

 private:
  void (*previous_)(int);
};

/// A token of RFC 9110.
bool is_token(std::string_view text) {
  constexpr std::string_view separators = "\"(),/:;<=>?@[\\]{}";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char byte) {
    return byte > ' ' && byte < '\x7f' && separators.find(byte) == std::string_view::npos;
  });
}

bool can_be_written(const Request& request) {
  return is_token(request.method) &&
         std::all_of(request.headers.begin(), request.headers.end(), [](const auto& header) {
           return is_token(header.first) &&
                  header.second.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos;
         });
}

std::string write_head(const Request& request, const Address& address, const std::string& target) {
  std::string head = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nUser-Agent: statelane\r\n",
                                 request.method, target, address.host_header());
  for (const auto& [name, value] : request.headers) head += fmt::format("{}: {}\r\n", name, value);
  if (!request.body.empty() || request.method != "GET")
    head += fmt::format("Content-Length: {}\r\n", request.body.size());
  return head;
}

std::string authorization_line(const Proxy& proxy) {
  return proxy.authorization.empty() ? "" : fmt::format("Proxy-Authorization: {}\r\n", proxy.authorization);
}

Result read_answer(Connection& connection, ResponseReader reader, const std::string& host) {
  std::array<char, 1 << 14> buffer;
  while (!reader.is_done()) {
    const Connection::Received received = connection.read(buffer);
    if (received.is_over_time) return connection.time_out();
    if (received.count == 0) {
      reader.end(received.is_whole_end);
    } else {
      reader.take({buffer.data(), received.count});
    }
  }
  if (reader.fault()) {
    return Failure{reader.is_too_large() ? Kind::too_large : Kind::broken,
                   fmt::format("the answer of {} {}", host, *reader.fault())};
  }
  return reader.take_response();
}

/// One request on its way: each step is a failure, or nothing.
class Exchange {
 public:
  Exchange(const Address& address, const Proxy* proxy, const Limits& limits, const Trust* trust)
      : address_(address), proxy_(proxy), limits_(limits), trust_(trust), connection_(limits.time) {}

  Result run(const Request& request) {
    if (auto failure = reach()) return *failure;
    const bool is_relayed = proxy_ != nullptr && !address_.is_tls;
    std::string text = write_head(request, address_,
                                  is_relayed ? "http://" + address_.host_header() + address_.target : address_.target);
    if (is_relayed) text += authorization_line(*proxy_);
    text += "\r\n" + request.body;
    connection_.write(text);
    return read_answer(connection_, ResponseReader(limits_, request.method != "HEAD"), address_.host);
  }

 private:
  std::optional<Failure> reach() {
    auto failure = proxy_ == nullptr ? connection_.open(address_.host, address_.port) : reach_proxy(*proxy_);
    if (!failure && address_.is_tls) failure = connection_.start_tls(*trust_, address_.host);
    return failure;
  }

  std::optional<Failure> reach_proxy(const Proxy& proxy) {
    auto failure = connection_.open(proxy.host, proxy.port);
    if (!failure && proxy.is_tls) failure = connection_.start_tls(*trust_, proxy.host);
    if (!failure && address_.is_tls) failure = open_tunnel(proxy);
    if (failure) failure->text = fmt::format("the proxy for {} is of no help: {}", address_.host, failure->text);
    return failure;
  }

  /// CONNECT, of RFC 9110.
  std::optional<Failure> open_tunnel(const Proxy& proxy) {
    const std::string place = address_.authority();
    const std::string head = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\nUser-Agent: statelane\r\n", place);
    connection_.write(head + authorization_line(proxy) + "\r\n");
    const Result answer = read_answer(connection_, ResponseReader(limits_, false), proxy.host);
    if (const auto* failure = std::get_if<Failure>(&answer)) return *failure;
    const int status = std::get<Response>(answer).status;
    if (status >= 200 && status < 300) return std::nullopt;
    // 5xx: it could not reach the host, which another try may; the rest is a refusal.
    return Failure{status >= 500 ? Kind::unreachable : Kind::proxy,
                   fmt::format("{} answers {} to CONNECT {}", proxy.host, status, place)};
  }

  const Address& address_;
  const Proxy* proxy_;
  const Limits& limits_;
  const Trust* trust_;  ///< where TLS is asked for
  Connection connection_;
};

}  // namespace

Result Client::send(const Request& request, const Limits& limits) {
  const auto address = parse_address(request.url);
  if (!address) return Failure{Kind::unusable, fmt::format("\"{}\" is not the address of a web server", request.url)};
  if (!can_be_written(request)) {
    return Failure{Kind::unusable, "the request cannot be written: a header holds a line break"};
  }
  const ProxyChoice choice = choose_proxy(*address, network_.proxies);
  if (const auto* fault = std::get_if<std::string>(&choice)) return Failure{Kind::proxy, *fault};
  const Proxy* proxy = std::get_if<Proxy>(&choice);
  const bool is_tls = address->is_tls || (proxy != nullptr && proxy->is_tls);
  if (is_tls && !trust_) trust_ = Trust::open(network_.authorities);
  if (is_tls && std::holds_alternative<std::string>(*trust_)) {
    return Failure{Kind::untrusted, std::get<std::string>(*trust_)};
  }
  const IgnoredPipeSignal ignored;
  return Exchange(*address, proxy, limits, is_tls ? &std::get<Trust>(*trust_) : nullptr).run(request);
}

}  // namespace statelane::http
