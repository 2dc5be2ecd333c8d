#include "repo/object_id.hpp"

#include "base/digest.hpp"

namespace statelane::repo {

namespace {

/// git puts the type and the size before an object's bytes.
ContentId hash_object(std::string_view type, std::string_view bytes) {
  const std::string size = std::to_string(bytes.size());
  return ContentId::from_bytes(sha1(std::string(type) + ' ' + size + '\0', bytes));
}

}  // namespace

ContentId blob_id(std::string_view bytes) { return hash_object("blob", bytes); }

ContentId tree_id(std::string_view bytes) { return hash_object("tree", bytes); }

ContentId parse_object_id(std::string_view digits) {
  constexpr std::string_view alphabet = "0123456789abcdef";
  if (digits.size() != 40 && digits.size() != 64) return {};
  ContentId id;
  for (std::size_t index = 0; index < digits.size(); ++index) {
    const std::size_t value = alphabet.find(digits[index]);
    if (value == std::string_view::npos) return {};
    std::uint8_t& byte = id.bytes[index / 2];
    byte = static_cast<std::uint8_t>(byte * 16 + value);
  }
  return id;
}

std::string object_digits(const ContentId& id, std::size_t size) {
  return to_hex({reinterpret_cast<const char*>(id.bytes.data()), size});
}

}  // namespace statelane::repo
