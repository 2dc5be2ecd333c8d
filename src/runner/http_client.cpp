#include "runner/http_client.hpp"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <new>
#include <optional>

#include "runner/tls_session.hpp"

namespace statelane::runner {

namespace {

using Kind = HttpFailure::Kind;

template <auto release>
struct Release {
  template <typename Value>
  void operator()(Value* value) const {
    release(value);
  }
};
void free_dns(evdns_base* base) { evdns_base_free(base, 0); }

using Uri = std::unique_ptr<evhttp_uri, Release<evhttp_uri_free>>;
using Base = std::unique_ptr<event_base, Release<event_base_free>>;
using Dns = std::unique_ptr<evdns_base, Release<free_dns>>;
using Connection = std::unique_ptr<evhttp_connection, Release<evhttp_connection_free>>;

/// A server that closes early must be an answer that is missing, not a signal.
class IgnoredPipeSignal {
 public:
  IgnoredPipeSignal() : previous_(std::signal(SIGPIPE, SIG_IGN)) {}
  IgnoredPipeSignal(const IgnoredPipeSignal&) = delete;
  ~IgnoredPipeSignal() { std::signal(SIGPIPE, previous_); }

 private:
  void (*previous_)(int);
};

struct Address {
  bool is_tls = false;
  std::string host;  ///< without the brackets of IPv6
  std::string host_header;
  std::uint16_t port = 0;
  std::string target;  ///< path and query
};

std::optional<Address> parse_address(const std::string& url) {
  const Uri uri(evhttp_uri_parse(url.c_str()));
  if (!uri || evhttp_uri_get_scheme(uri.get()) == nullptr || evhttp_uri_get_host(uri.get()) == nullptr) return {};
  const std::string scheme = evhttp_uri_get_scheme(uri.get());
  if (scheme != "http" && scheme != "https") return {};
  Address address;
  address.is_tls = scheme == "https";
  address.host = address.host_header = evhttp_uri_get_host(uri.get());
  if (address.host.size() > 2 && address.host.front() == '[')
    address.host = address.host.substr(1, address.host.size() - 2);
  const int port = evhttp_uri_get_port(uri.get());
  address.port = static_cast<std::uint16_t>(port > 0 ? port : address.is_tls ? 443 : 80);
  if (port > 0) address.host_header += fmt::format(":{}", port);
  const char* path = evhttp_uri_get_path(uri.get());
  address.target = path == nullptr || *path == '\0' ? "/" : path;
  if (const char* query = evhttp_uri_get_query(uri.get())) address.target += fmt::format("?{}", query);
  if (address.host.empty()) return {};
  return address;
}

/// What the callbacks of one exchange leave.
struct Exchange {
  event_base* base = nullptr;
  const HttpSettings* settings = nullptr;
  bool is_answered = false;
  std::optional<evhttp_request_error> error;
  HttpResponse response;
};

std::map<std::string, std::string> read_headers(evhttp_request* request) {
  std::map<std::string, std::string> headers;
  const evkeyvalq* queue = evhttp_request_get_input_headers(request);
  for (const evkeyval* header = queue->tqh_first; header != nullptr; header = header->next.tqe_next) {
    std::string name = header->key;
    std::transform(name.begin(), name.end(), name.begin(), [](char letter) {
      return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
    });
    headers[name] = header->value;
  }
  return headers;
}

void take_answer(evhttp_request* request, void* argument) {
  Exchange& exchange = *static_cast<Exchange*>(argument);
  // Null after an error, and the status is 0 where there was no connection.
  if (request != nullptr && evhttp_request_get_response_code(request) != 0) {
    exchange.is_answered = true;
    exchange.response.status = evhttp_request_get_response_code(request);
    exchange.response.headers = read_headers(request);
    evbuffer* body = evhttp_request_get_input_buffer(request);
    exchange.response.body.resize(evbuffer_get_length(body));
    evbuffer_remove(body, exchange.response.body.data(), exchange.response.body.size());
  }
  event_base_loopbreak(exchange.base);
}

void take_error(evhttp_request_error error, void* argument) { static_cast<Exchange*>(argument)->error = error; }

timeval to_timeval(std::chrono::milliseconds time) {
  return {time.count() / 1000, static_cast<suseconds_t>(time.count() % 1000 * 1000)};
}

std::optional<evhttp_cmd_type> find_method(std::string_view method) {
  if (method == "GET") return EVHTTP_REQ_GET;
  if (method == "POST") return EVHTTP_REQ_POST;
  if (method == "PUT") return EVHTTP_REQ_PUT;
  return std::nullopt;
}

/// True when it is on its way; the connection owns the request from here on.
bool start_request(evhttp_connection* connection, const HttpRequest& request, const Address& address,
                   Exchange& exchange) {
  const auto method = find_method(request.method);
  if (!method) return false;
  evhttp_request* started = evhttp_request_new(&take_answer, &exchange);
  evhttp_request_set_error_cb(started, &take_error);
  evkeyvalq* headers = evhttp_request_get_output_headers(started);
  evhttp_add_header(headers, "Host", address.host_header.c_str());
  evhttp_add_header(headers, "Connection", "close");
  evhttp_add_header(headers, "User-Agent", "statelane");
  for (const auto& [name, value] : request.headers) {
    // Libevent refuses a value that would begin another header.
    if (evhttp_add_header(headers, name.c_str(), value.c_str()) != 0) {
      evhttp_request_free(started);
      return false;
    }
  }
  if (!request.body.empty()) {
    evbuffer_add(evhttp_request_get_output_buffer(started), request.body.data(), request.body.size());
  }
  return evhttp_make_request(connection, started, *method, address.target.c_str()) == 0;
}

HttpFailure explain(const Exchange& exchange, const Address& address, const TlsSession* session, int name_error,
                    bool was_in_time) {
  if (session != nullptr) {
    if (const auto refusal = session->refusal()) {
      return {Kind::untrusted, fmt::format("the certificate of {} is not trusted: {}", address.host, *refusal)};
    }
  }
  if (name_error != 0) {
    return {Kind::unreachable, fmt::format("cannot find {}: {}", address.host, evutil_gai_strerror(name_error))};
  }
  if (!was_in_time || exchange.error == EVREQ_HTTP_TIMEOUT) {
    return {Kind::timed_out,
            fmt::format("no answer from {} within {} ms", address.host, exchange.settings->time_out.count())};
  }
  if (exchange.error == EVREQ_HTTP_DATA_TOO_LONG) {
    return {Kind::broken,
            fmt::format("the answer of {} is larger than {} bytes", address.host, exchange.settings->most_bytes)};
  }
  if (exchange.error) return {Kind::broken, fmt::format("the answer of {} is cut off or no HTTP", address.host)};
  return {Kind::unreachable, fmt::format("cannot connect to {} port {}", address.host, address.port)};
}

HttpResult exchange_with(const Address& address, const HttpRequest& request, const HttpSettings& settings,
                         const TlsSession* session) {
  const Base base(event_base_new());
  if (!base) throw std::bad_alloc();
  // Without name servers names of the hosts file are still found.
  const Dns dns(evdns_base_new(base.get(), EVDNS_BASE_DISABLE_WHEN_INACTIVE));
  evdns_base_resolv_conf_parse(dns.get(), DNS_OPTIONS_ALL, "/etc/resolv.conf");
  bufferevent* stream = session == nullptr
                            ? bufferevent_socket_new(base.get(), -1, BEV_OPT_CLOSE_ON_FREE)
                            : bufferevent_openssl_socket_new(base.get(), -1, session->share(),
                                                             BUFFEREVENT_SSL_CONNECTING, BEV_OPT_CLOSE_ON_FREE);
  // Servers close without TLS's good-bye; the answer's own length tells whether it is whole.
  if (session != nullptr) bufferevent_openssl_set_allow_dirty_shutdown(stream, 1);
  const Connection connection(
      evhttp_connection_base_bufferevent_new(base.get(), dns.get(), stream, address.host.c_str(), address.port));
  const timeval time_out = to_timeval(settings.time_out);
  evhttp_connection_set_timeout_tv(connection.get(), &time_out);
  evhttp_connection_set_max_body_size(connection.get(), static_cast<ev_ssize_t>(settings.most_bytes));
  Exchange exchange{base.get(), &settings, false, {}, {}};
  if (!start_request(connection.get(), request, address, exchange)) {
    return HttpFailure{Kind::address, "the request cannot be written: a header holds a line break"};
  }
  event_base_loopexit(base.get(), &time_out);
  event_base_dispatch(base.get());
  if (exchange.is_answered && !exchange.error) return exchange.response;
  const bool was_in_time = event_base_got_break(base.get()) != 0;
  return explain(exchange, address, session, bufferevent_socket_get_dns_error(stream), was_in_time);
}

}  // namespace

HttpResult send_http(const HttpRequest& request, const HttpSettings& settings) {
  const auto address = parse_address(request.url);
  if (!address) return HttpFailure{Kind::address, fmt::format("\"{}\" is no address of a web server", request.url)};
  const IgnoredPipeSignal ignored;
  if (!address->is_tls) return exchange_with(*address, request, settings, nullptr);
  auto session = TlsSession::open(address->host, settings.authorities);
  if (const auto* fault = std::get_if<std::string>(&session)) return HttpFailure{Kind::untrusted, *fault};
  return exchange_with(*address, request, settings, &std::get<TlsSession>(session));
}

}  // namespace statelane::runner
