#include "runner/tls_session.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdlib>
#include <new>

namespace statelane::runner {

namespace {

namespace fs = std::filesystem;

/// Where systems keep the authorities that they trust. A static program's own default would be its builder's.
constexpr std::array<const char*, 4> bundles = {
    "/etc/ssl/certs/ca-certificates.crt",  // Debian, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",    // Fedora, Red Hat
    "/etc/ssl/ca-bundle.pem",              // SUSE
    "/etc/ssl/cert.pem",                   // BSD, Alpine without the package
};

void load_system_authorities(SSL_CTX* context) {
  if (const char* named = std::getenv("SSL_CERT_FILE"); named != nullptr && *named != '\0') {
    SSL_CTX_load_verify_locations(context, named, nullptr);
    return;
  }
  std::error_code ignored;
  for (const char* bundle : bundles) {
    if (!fs::exists(bundle, ignored)) continue;
    SSL_CTX_load_verify_locations(context, bundle, nullptr);
    return;
  }
}

void expect_host(SSL* session, const std::string& host) {
  X509_VERIFY_PARAM* parameters = SSL_get0_param(session);
  if (X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1) return;
  SSL_set1_host(session, host.c_str());
  SSL_set_tlsext_host_name(session, host.c_str());
}

}  // namespace

TlsSession::TlsSession(ssl_st* session) : session_(session, &SSL_free) {}

std::variant<TlsSession, std::string> TlsSession::open(const std::string& host, const fs::path& authorities) {
  // The configuration file of the build's system is nothing to a static program.
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  if (!context) throw std::bad_alloc();
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  // An authority that was named is trusted even where another one signed it.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context.get()), X509_V_FLAG_PARTIAL_CHAIN);
  load_system_authorities(context.get());
  if (!authorities.empty() && SSL_CTX_load_verify_locations(context.get(), authorities.c_str(), nullptr) != 1) {
    return fmt::format("cannot read certificates from \"{}\"", authorities.string());
  }
  TlsSession session(SSL_new(context.get()));
  expect_host(session.session_.get(), host);
  return session;
}

ssl_st* TlsSession::share() const {
  SSL_up_ref(session_.get());
  return session_.get();
}

std::optional<std::string> TlsSession::refusal() const {
  const long result = SSL_get_verify_result(session_.get());
  if (result == X509_V_OK) return std::nullopt;
  return X509_verify_cert_error_string(result);
}

}  // namespace statelane::runner
