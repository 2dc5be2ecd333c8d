#include "http/address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace statelane::http {

namespace {

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char byte) { return byte > ' ' && byte < '\x7f'; });
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (fault != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

bool is_host(std::string_view text) {
  const auto is_allowed = [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           std::string_view("-._~:").find(byte) != std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), is_allowed);
}

std::string in_brackets(const std::string& host) {
  return host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
}

}  // namespace

std::optional<Authority> parse_authority(std::string_view text) {
  const bool is_bracketed = text.starts_with('[');
  const std::size_t end = is_bracketed ? text.find(']') : std::min(text.find(':'), text.size());
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view host = is_bracketed ? text.substr(1, end - 1) : text.substr(0, end);
  const std::string_view rest = text.substr(is_bracketed ? end + 1 : end);
  if (!is_host(host) || (!rest.empty() && !rest.starts_with(':'))) return std::nullopt;
  Authority authority{std::string(host), std::nullopt};
  if (rest.size() <= 1) return authority;
  authority.port = parse_port(rest.substr(1));
  if (!authority.port) return std::nullopt;
  return authority;
}

std::string Address::host_header() const { return port == (is_tls ? 443 : 80) ? in_brackets(host) : authority(); }

std::string Address::authority() const { return fmt::format("{}:{}", in_brackets(host), port); }

std::optional<Address> parse_address(std::string_view url) {
  if (!is_printable(url)) return std::nullopt;
  Address address;
  if (url.starts_with("https://")) {
    address.is_tls = true;
  } else if (!url.starts_with("http://")) {
    return std::nullopt;
  }
  url = url.substr(url.find("//") + 2);
  url = url.substr(0, url.find('#'));
  const std::size_t target = std::min(url.find_first_of("/?"), url.size());
  const auto authority = parse_authority(url.substr(0, target));
  if (!authority) return std::nullopt;
  address.host = authority->host;
  address.port = authority->port.value_or(address.is_tls ? 443 : 80);
  address.target = url.substr(target);
  if (!address.target.starts_with('/')) address.target.insert(0, 1, '/');
  return address;
}

}  // namespace statelane::http
