#include "base/digest.hpp"

#include <mbedtls/sha256.h>

namespace statelane {

Sha256::Sha256() : context_(std::make_unique<mbedtls_sha256_context>()) {
  mbedtls_sha256_init(context_.get());
  mbedtls_sha256_starts_ret(context_.get(), 0);
}

Sha256::~Sha256() { mbedtls_sha256_free(context_.get()); }

void Sha256::add(std::string_view bytes) {
  mbedtls_sha256_update_ret(context_.get(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

void Sha256::add_field(std::string_view bytes) {
  std::uint64_t size = bytes.size();
  std::array<char, 8> encoded{};
  for (char& byte : encoded) {
    byte = static_cast<char>(size & 0xFF);
    size >>= 8;
  }
  add({encoded.data(), encoded.size()});
  add(bytes);
}

std::array<std::uint8_t, 32> Sha256::finish() {
  std::array<std::uint8_t, 32> result{};
  mbedtls_sha256_finish_ret(context_.get(), result.data());
  return result;
}

std::string Sha256::finish_hex() {
  const auto bytes = finish();
  return to_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.finish_hex();
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result;
  result.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    result += digits[value >> 4];
    result += digits[value & 0xF];
  }
  return result;
}

}  // namespace statelane
