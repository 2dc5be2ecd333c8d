#include "http/proxy.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace statelane::http {

namespace {

/// The bytes of an IPv4 or IPv6 address; empty for anything else.
std::string parse_ip(const std::string& text) {
  std::array<char, 16> bytes{};
  if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return {bytes.data(), 4};
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return {bytes.data(), 16};
  return "";
}

bool is_in_network(const std::string& ip, const std::string& network, unsigned bits) {
  if (network.size() != ip.size() || bits > ip.size() * 8) return false;
  const unsigned whole = bits / 8;
  if (ip.compare(0, whole, network, 0, whole) != 0) return false;
  if (bits % 8 == 0) return true;
  const unsigned mask = 0xFF00U >> (bits % 8);
  return ((static_cast<unsigned char>(ip[whole]) ^ static_cast<unsigned char>(network[whole])) & mask & 0xFFU) == 0;
}

/// A length that is absent, or 0, or no number asks for the address itself, as it does of curl.
bool names_ip(std::string_view token, const std::string& ip) {
  const std::size_t slash = token.find('/');
  const std::string network = parse_ip(std::string(token.substr(0, slash)));
  unsigned bits = 0;
  if (slash != std::string_view::npos) std::from_chars(token.data() + slash + 1, token.data() + token.size(), bits);
  return is_in_network(ip, network, bits == 0 ? static_cast<unsigned>(ip.size() * 8) : bits);
}

bool is_equal_name(std::string_view left, std::string_view right) {
  const auto lower = [](char byte) { return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32) : byte; };
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [&](char one, char other) { return lower(one) == lower(other); });
}

bool names_host(std::string_view token, std::string_view host) {
  if (token.ends_with('.')) token.remove_suffix(1);
  if (token.starts_with('.')) token.remove_prefix(1);
  if (token.empty() || token.size() > host.size()) return false;
  const std::size_t start = host.size() - token.size();
  return is_equal_name(host.substr(start), token) && (start == 0 || host[start - 1] == '.');
}

int hexadecimal(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  const char lower = static_cast<char>(digit | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string decode_percents(std::string_view text) {
  std::string decoded;
  for (std::size_t index = 0; index < text.size(); ++index) {
    const bool is_code = text[index] == '%' && index + 2 < text.size() && hexadecimal(text[index + 1]) >= 0 &&
                         hexadecimal(text[index + 2]) >= 0;
    if (!is_code) {
      decoded += text[index];
      continue;
    }
    decoded += static_cast<char>(hexadecimal(text[index + 1]) * 16 + hexadecimal(text[index + 2]));
    index += 2;
  }
  return decoded;
}

/// RFC 7617, of `user:password` as a URL writes it.
std::string to_basic(std::string_view user) {
  std::string plain = decode_percents(user.substr(0, user.find(':'))) + ":";
  if (user.find(':') != std::string_view::npos) plain += decode_percents(user.substr(user.find(':') + 1));
  std::string encoded((plain.size() + 2) / 3 * 4, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                  reinterpret_cast<const unsigned char*>(plain.data()), static_cast<int>(plain.size()));
  return "Basic " + encoded;
}

ProxyChoice parse_proxy(std::string_view text) {
  Proxy proxy;
  const std::size_t mark = text.find("://");
  const std::string_view scheme = mark == std::string_view::npos ? "http" : text.substr(0, mark);
  if (is_equal_name(scheme, "https")) {
    proxy.is_tls = true;
  } else if (!is_equal_name(scheme, "http")) {
    return fmt::format("the proxy that is set speaks {}, and only http and https are known", scheme);
  }
  if (mark != std::string_view::npos) text.remove_prefix(mark + 3);
  text = text.substr(0, text.find_first_of("/?#"));
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    proxy.authorization = to_basic(text.substr(0, at));
    text.remove_prefix(at + 1);
  }
  const auto authority = parse_authority(text);
  if (!authority) return std::string("the proxy that is set has no host and port that can be read");
  proxy.host = authority->host;
  // curl's own defaults.
  proxy.port = authority->port.value_or(proxy.is_tls ? 443 : 1080);
  return proxy;
}

}  // namespace

ProxySettings find_proxy_settings(const std::function<std::string(const char* name)>& variable) {
  const auto either = [&](const char* lower, const char* upper) {
    std::string value = variable(lower);
    return value.empty() ? variable(upper) : value;
  };
  return {variable("http_proxy"), either("https_proxy", "HTTPS_PROXY"), either("all_proxy", "ALL_PROXY"),
          either("no_proxy", "NO_PROXY")};
}

ProxyChoice choose_proxy(const Address& address, const ProxySettings& settings) {
  const std::string& own = address.is_tls ? settings.https : settings.http;
  const std::string& chosen = own.empty() ? settings.all : own;
  if (chosen.empty() || is_without_proxy(address.host, settings.none)) return {};
  return parse_proxy(chosen);
}

bool is_without_proxy(const std::string& host, std::string_view list) {
  if (list == "*") return true;
  const std::string ip = parse_ip(host);
  std::string_view name = host;
  if (name.ends_with('.')) name.remove_suffix(1);
  while (!list.empty()) {
    const std::size_t end = std::min(list.find_first_of(", \t"), list.size());
    const std::string_view token = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    if (!token.empty() && (ip.empty() ? names_host(token, name) : names_ip(token, ip))) return true;
  }
  return false;
}

}  // namespace statelane::http
