#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>

struct ssl_st;

namespace statelane::runner {

/// One client's side of TLS, by OpenSSL: version 1.2 at least, and the server's certificate has to be trusted and made
/// out to its name.
class TlsSession {
 public:
  /// What cannot be read of `authorities` is a phrase that says so.
  static std::variant<TlsSession, std::string> open(const std::string& host, const std::filesystem::path& authorities);

  /// A reference that the receiver gives back.
  ssl_st* share() const;

  /// Why the server's certificate was refused; empty where it was not.
  std::optional<std::string> refusal() const;

 private:
  explicit TlsSession(ssl_st* session);
  std::unique_ptr<ssl_st, void (*)(ssl_st*)> session_;
};

}  // namespace statelane::runner
