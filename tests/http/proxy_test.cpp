#include "http/proxy.hpp"

#include <doctest/doctest.h>

#include <map>
#include <vector>

using statelane::http::choose_proxy;
using statelane::http::find_proxy_settings;
using statelane::http::is_without_proxy;
using statelane::http::parse_address;
using statelane::http::Proxy;
using statelane::http::ProxySettings;

namespace {

std::string chosen(const char* url, const ProxySettings& settings) {
  const auto choice = choose_proxy(parse_address(url).value(), settings);
  if (const auto* fault = std::get_if<std::string>(&choice)) return *fault;
  const auto* proxy = std::get_if<Proxy>(&choice);
  if (proxy == nullptr) return "none";
  return (proxy->is_tls ? "tls " : "plain ") + proxy->host + " " + std::to_string(proxy->port) +
         (proxy->authorization.empty() ? "" : " " + proxy->authorization);
}

}  // namespace

// The answers are curl 7.88's own, but for the three networks of IPv6: curl documents them, and that version misses
// them.
TEST_CASE("hosts that are reached without a proxy are the ones that curl reaches without") {
  const std::vector<std::string> hosts = {
      "example.com", "www.example.com", "nonexample.com", "EXAMPLE.com", "example.com.", "127.0.0.9", "10.1.2.3",
      "::1",         "fe80::1",         "localhost",      "com"};
  const std::vector<std::pair<const char*, std::string>> rows = {
      {"*",
       "example.com www.example.com nonexample.com EXAMPLE.com example.com. 127.0.0.9 10.1.2.3 ::1 fe80::1 localhost "
       "com"},
      {" *", ""},
      {"*,x", ""},
      {"example.com", "example.com www.example.com EXAMPLE.com example.com."},
      {".example.com", "example.com www.example.com EXAMPLE.com example.com."},
      {"..example.com", ""},
      {"example.com.", "example.com www.example.com EXAMPLE.com example.com."},
      {"EXAMPLE.COM", "example.com www.example.com EXAMPLE.com example.com."},
      {"www.example.com", "www.example.com"},
      {"x,example.com", "example.com www.example.com EXAMPLE.com example.com."},
      {"x example.com", "example.com www.example.com EXAMPLE.com example.com."},
      {"x, example.com", "example.com www.example.com EXAMPLE.com example.com."},
      {"com", "example.com www.example.com nonexample.com EXAMPLE.com example.com. com"},
      {"127.0.0.9", "127.0.0.9"},
      {"127.0.0.9/32", "127.0.0.9"},
      {"127.0.0.0/8", "127.0.0.9"},
      {"127.0.0.0/0", ""},
      {"127.0.0.0/33", ""},
      {"10.1.2.0/23", "10.1.2.3"},
      {"10.1.0.0/23", ""},
      {"10.1.2.3/x", "10.1.2.3"},
      {"::1", "::1"},
      {"[::1]", ""},
      {"::1/128", "::1"},
      {"fe80::/10", "fe80::1"},
      {"fe80::/64", "fe80::1"},
      {".", ""},
      {",", ""},
      {",,example.com", "example.com www.example.com EXAMPLE.com example.com."},
      {"example.com:80", ""},
      {"*.example.com", ""},
      {"1.2.3.4,localhost", "localhost"},
      {"e.com,,", ""},
      {"\texample.com\t", "example.com www.example.com EXAMPLE.com example.com."},
  };
  for (const auto& [list, expected] : rows) {
    std::string found;
    for (const std::string& host : hosts) {
      if (is_without_proxy(host, list)) found += (found.empty() ? "" : " ") + host;
    }
    CHECK_MESSAGE(found == expected, list);
  }
}

TEST_CASE("a scheme's own proxy goes before the one for all, and an address that needs none has none") {
  const ProxySettings settings{"http://one:1", "https://two:2", "three", "inside.example.com"};
  CHECK(chosen("http://a/", settings) == "plain one 1");
  CHECK(chosen("https://a/", settings) == "tls two 2");
  CHECK(chosen("https://gitlab.inside.example.com/", settings) == "none");
  CHECK(chosen("http://a/", {"", "https://two:2", "three", ""}) == "plain three 1080");
  CHECK(chosen("https://a/", {}) == "none");
}

TEST_CASE("a proxy is written as curl reads it") {
  const auto proxy = [](const char* text) { return chosen("https://a/", {"", text, "", ""}); };
  CHECK(proxy("proxy.example.com") == "plain proxy.example.com 1080");
  CHECK(proxy("proxy.example.com:3128/") == "plain proxy.example.com 3128");
  CHECK(proxy("HTTPS://proxy.example.com") == "tls proxy.example.com 443");
  CHECK(proxy("http://[::1]:3128") == "plain ::1 3128");
  // user:word, user:w@rd and user: in base 64.
  CHECK(proxy("http://user:word@proxy:3128") == "plain proxy 3128 Basic dXNlcjp3b3Jk");
  CHECK(proxy("http://user:w%40rd@proxy:3128") == "plain proxy 3128 Basic dXNlcjp3QHJk");
  CHECK(proxy("user@proxy") == "plain proxy 1080 Basic dXNlcjo=");
  CHECK(proxy("socks5://user:word@proxy") == "the proxy that is set speaks socks5, and only http and https are known");
  CHECK(proxy("http://user:word@") == "the proxy that is set has no host and port that can be read");
  CHECK(proxy("http://proxy:port") == "the proxy that is set has no host and port that can be read");
}

TEST_CASE("names in lower case go before those in upper case, and HTTP_PROXY is not read") {
  std::map<std::string, std::string> variables = {
      {"HTTP_PROXY", "1"}, {"HTTPS_PROXY", "2"}, {"ALL_PROXY", "3"}, {"NO_PROXY", "4"}};
  const auto find = [&] {
    const ProxySettings found = find_proxy_settings([&](const char* name) { return variables[name]; });
    return found.http + "," + found.https + "," + found.all + "," + found.none;
  };
  CHECK(find() == ",2,3,4");
  variables["https_proxy"] = "";
  CHECK(find() == ",2,3,4");
  variables["http_proxy"] = "a";
  variables["https_proxy"] = "b";
  variables["all_proxy"] = "c";
  variables["no_proxy"] = "d";
  CHECK(find() == "a,b,c,d");
}
