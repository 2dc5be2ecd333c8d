#include "http/address.hpp"

#include <doctest/doctest.h>

using statelane::http::Address;
using statelane::http::parse_address;

namespace {

std::string taken_apart(const char* url) {
  const auto address = parse_address(url);
  if (!address) return "none";
  return std::string(address->is_tls ? "tls " : "plain ") + address->host + " " + std::to_string(address->port) + " " +
         address->target + " " + address->host_header();
}

}  // namespace

TEST_CASE("an address is taken apart into host, port, and what is asked for") {
  CHECK(taken_apart("http://gitlab.example.com") == "plain gitlab.example.com 80 / gitlab.example.com");
  CHECK(taken_apart("https://gitlab.example.com/api/v4?page=2") ==
        "tls gitlab.example.com 443 /api/v4?page=2 gitlab.example.com");
  CHECK(taken_apart("https://gitlab.example.com:8443/") == "tls gitlab.example.com 8443 / gitlab.example.com:8443");
  CHECK(taken_apart("https://gitlab.example.com:443?a") == "tls gitlab.example.com 443 /?a gitlab.example.com");
  CHECK(taken_apart("http://gitlab.example.com:443/a#b?c") == "plain gitlab.example.com 443 /a gitlab.example.com:443");
  CHECK(taken_apart("http://[::1]:8080/x") == "plain ::1 8080 /x [::1]:8080");
  CHECK(taken_apart("https://[fe80::1]") == "tls fe80::1 443 / [fe80::1]");
  CHECK(taken_apart("http://a:/") == "plain a 80 / a");
}

TEST_CASE("what is not an address of the web is none") {
  for (const char* url : {"",
                          "gitlab.example.com",
                          "ftp://a/",
                          "http:/a",
                          "http://",
                          "http:///a",
                          "http://:80/",
                          "http://user@a/",
                          "http://user:word@a/",
                          "http://a:0/",
                          "http://a:65536/",
                          "http://a:x/",
                          "http://a b/",
                          "http://a/b c",
                          "http://a/\n",
                          "http://a\r\nX: y/",
                          "http://\xC3\xA4/",
                          "http://[::1/",
                          "http://[::1]x/",
                          "http://a\\b/",
                          "http://a%00/"}) {
    CHECK_MESSAGE(taken_apart(url) == "none", url);
  }
}
