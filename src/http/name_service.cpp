#include "http/name_service.hpp"

#include <event2/dns.h>
#include <event2/event.h>
#include <event2/util.h>
#include <netdb.h>

#include <cstring>
#include <memory>
#include <new>

extern "C" void statelane_keep_name_service_out();

namespace statelane::http {

namespace {

template <auto release>
struct Release {
  template <typename Value>
  void operator()(Value* value) const {
    release(value);
  }
};
void free_dns(evdns_base* base) { evdns_base_free(base, 0); }

using Base = std::unique_ptr<event_base, Release<event_base_free>>;
using Dns = std::unique_ptr<evdns_base, Release<free_dns>>;
using Found = std::unique_ptr<evutil_addrinfo, Release<evutil_freeaddrinfo>>;

/// What the callback of one question leaves.
struct Answer {
  event_base* base = nullptr;
  bool is_there = false;
  int fault = 0;
  Found found{};
};

void take_answer(int fault, evutil_addrinfo* found, void* argument) {
  Answer& answer = *static_cast<Answer*>(argument);
  answer.is_there = true;
  answer.fault = fault;
  answer.found.reset(found);
  event_base_loopbreak(answer.base);
}

/// Runs until there is an answer, or the time is over.
void wait_for(const Answer& answer, std::chrono::steady_clock::time_point deadline) {
  using std::chrono::microseconds;
  const auto left = std::chrono::duration_cast<microseconds>(deadline - std::chrono::steady_clock::now());
  const auto count = std::max<microseconds::rep>(left.count(), 0);
  const timeval time{count / 1'000'000, static_cast<suseconds_t>(count % 1'000'000)};
  event_base_loopexit(answer.base, &time);
  event_base_dispatch(answer.base);
}

std::vector<SocketAddress> copy_addresses(const evutil_addrinfo* found) {
  std::vector<SocketAddress> addresses;
  for (; found != nullptr; found = found->ai_next) {
    SocketAddress& address = addresses.emplace_back();
    address.length = found->ai_addrlen;
    std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
  }
  return addresses;
}

}  // namespace

std::variant<std::vector<SocketAddress>, std::string> find_addresses(const std::string& host, std::uint16_t port,
                                                                     std::chrono::steady_clock::time_point deadline) {
  statelane_keep_name_service_out();
  const Base base(event_base_new());
  if (!base) throw std::bad_alloc();
  // Without name servers names of the hosts file are still found.
  const Dns dns(evdns_base_new(base.get(), EVDNS_BASE_DISABLE_WHEN_INACTIVE));
  evdns_base_resolv_conf_parse(dns.get(), DNS_OPTIONS_ALL, "/etc/resolv.conf");
  evutil_addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_protocol = IPPROTO_TCP;
  Answer answer{base.get()};
  const std::string service = std::to_string(port);
  evdns_getaddrinfo_request* asked =
      evdns_getaddrinfo(dns.get(), host.c_str(), service.c_str(), &wanted, &take_answer, &answer);
  if (!answer.is_there) wait_for(answer, deadline);
  if (!answer.is_there) {
    evdns_getaddrinfo_cancel(asked);
    event_base_loop(base.get(), EVLOOP_NONBLOCK);
    return {};
  }
  if (answer.fault != 0) return std::string(evutil_gai_strerror(answer.fault));
  return copy_addresses(answer.found.get());
}

}  // namespace statelane::http
