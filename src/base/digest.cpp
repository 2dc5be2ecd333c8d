#include "base/digest.hpp"

// The functions for one algorithm need no memory of OpenSSL's own and no start-up, unlike those that it recommends now.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

namespace statelane {

Sha256::Sha256() : context_(std::make_unique<SHA256_CTX>()) { SHA256_Init(context_.get()); }

Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) { SHA256_Update(context_.get(), bytes.data(), bytes.size()); }

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
  SHA256_Final(result.data(), context_.get());
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

std::string hmac_sha256_hex(std::string_view key, std::string_view bytes) {
  constexpr std::size_t block_size = 64;
  std::string block(key);
  const auto as_text = [](const std::array<std::uint8_t, 32>& digest) {
    return std::string(digest.begin(), digest.end());
  };
  if (block.size() > block_size) {
    Sha256 hash;
    hash.add(block);
    block = as_text(hash.finish());
  }
  block.resize(block_size, '\0');
  const auto padded = [&](char pad) {
    std::string result = block;
    for (char& byte : result) byte = static_cast<char>(byte ^ pad);
    return result;
  };
  Sha256 inner;
  inner.add(padded('\x36'));
  inner.add(bytes);
  Sha256 outer;
  outer.add(padded('\x5c'));
  outer.add(as_text(inner.finish()));
  return outer.finish_hex();
}

std::array<std::uint8_t, 20> sha1(std::string_view head, std::string_view body) {
  SHA_CTX context;
  SHA1_Init(&context);
  SHA1_Update(&context, head.data(), head.size());
  SHA1_Update(&context, body.data(), body.size());
  std::array<std::uint8_t, 20> result{};
  SHA1_Final(result.data(), &context);
  return result;
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
