#include "http/trust.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <new>

namespace statelane::http {

namespace {

namespace fs = std::filesystem;

/// Where systems keep the authorities that they trust. A static program's own default would be its builder's.
constexpr std::array<const char*, 4> bundles = {
    "/etc/ssl/certs/ca-certificates.crt",  // Debian, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",    // Fedora, Red Hat
    "/etc/ssl/ca-bundle.pem",              // SUSE
    "/etc/ssl/cert.pem",                   // BSD, Alpine without the package
};

fs::path find_system_bundle() {
  std::error_code ignored;
  for (const char* bundle : bundles) {
    if (fs::exists(bundle, ignored)) return bundle;
  }
  return {};
}

}  // namespace

Trust::Trust(ssl_ctx_st* context) : context_(context, &SSL_CTX_free) {}

std::variant<Trust, std::string> Trust::open(const Authorities& authorities) {
  // The configuration file of the build's system is nothing to a static program.
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  Trust trust(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* const context = trust.context_.get();
  if (context == nullptr) throw std::bad_alloc();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // An authority that was named is trusted even where another one signed it.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
  const fs::path system = authorities.system.empty() ? find_system_bundle() : authorities.system;
  for (const fs::path& file : {system, authorities.additional}) {
    if (!file.empty() && SSL_CTX_load_verify_locations(context, file.c_str(), nullptr) != 1) {
      return fmt::format("cannot read certificates from \"{}\"", file.string());
    }
  }
  return trust;
}

TlsSession Trust::start_session(const std::string& host) const {
  TlsSession session(SSL_new(context_.get()), &SSL_free);
  if (!session) throw std::bad_alloc();
  SSL_set_connect_state(session.get());
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session.get()), host.c_str()) == 1) return session;
  // A dot at the end is the name service's, not the certificate's.
  const std::string name = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
  SSL_set1_host(session.get(), name.c_str());
  SSL_set_tlsext_host_name(session.get(), name.c_str());
  return session;
}

}  // namespace statelane::http
