#pragma once

#include "http/client.hpp"

namespace statelane::cli {

/// What the environment says of the network: proxies as curl reads them, and authorities by SSL_CERT_FILE and by
/// CI_SERVER_TLS_CA_FILE, which GitLab sets.
http::Network read_network();

}  // namespace statelane::cli
