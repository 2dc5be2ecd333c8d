#include "cli/network.hpp"

#include <cstdlib>

namespace statelane::cli {

namespace {

std::string read_variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

http::Network read_network() {
  return {http::find_proxy_settings(&read_variable),
          {read_variable("SSL_CERT_FILE"), read_variable("CI_SERVER_TLS_CA_FILE")}};
}

}  // namespace statelane::cli
