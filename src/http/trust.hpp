#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <variant>

struct ssl_ctx_st;
struct ssl_st;

namespace statelane::http {

/// Whose certificates are believed.
struct Authorities {
  std::filesystem::path system{};      ///< in place of the system's bundle, as SSL_CERT_FILE names it; empty: that one
  std::filesystem::path additional{};  ///< beside it; empty: none
};

using TlsSession = std::unique_ptr<ssl_st, void (*)(ssl_st*)>;

/// What every TLS session of a client has in common, by OpenSSL: version 1.2 at least, a server's certificate that is
/// trusted, and made out to the name that was asked for.
class Trust {
 public:
  /// What cannot be read of `authorities` is a phrase that says so.
  static std::variant<Trust, std::string> open(const Authorities& authorities);

  /// A session with this host, which has not begun.
  TlsSession start_session(const std::string& host) const;

 private:
  explicit Trust(ssl_ctx_st* context);
  std::unique_ptr<ssl_ctx_st, void (*)(ssl_ctx_st*)> context_;
};

}  // namespace statelane::http
