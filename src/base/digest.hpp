#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct SHA256state_st;  // OpenSSL's

namespace statelane {

/// SHA-256 in pieces. Parts are added as they are: a caller that joins several values adds their lengths too.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(std::string_view bytes);
  /// Adds the length and then the bytes, so that ("ab", "c") and ("a", "bc") differ.
  void add_field(std::string_view bytes);
  /// 32 bytes; the object is spent afterwards.
  std::array<std::uint8_t, 32> finish();
  /// 64 lower case hexadecimal digits; the object is spent afterwards.
  std::string finish_hex();

 private:
  std::unique_ptr<SHA256state_st> context_;
};

/// SHA-256 of `bytes` as 64 lower case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

/// HMAC-SHA256 (RFC 2104) of `bytes` with `key`, as 64 lower case hexadecimal digits.
std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);

/// SHA-1 of `head` and `body` together. git also looks for traces of an attack while it hashes, several times slower,
/// and refuses to store such a file; what it would not store has a digest here.
std::array<std::uint8_t, 20> sha1(std::string_view head, std::string_view body);

/// Lower case hexadecimal digits.
std::string to_hex(std::string_view bytes);

}  // namespace statelane
