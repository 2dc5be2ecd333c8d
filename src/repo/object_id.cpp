#include "repo/object_id.hpp"

#include <git2.h>

#include "base/digest.hpp"
#include "repo/git_library.hpp"

namespace statelane::repo {

namespace {

ContentId hash_object(std::string_view bytes, git_object_t type) {
  ensure_git_library();
  git_oid id;
  git_odb_hash(&id, bytes.data(), bytes.size(), type);
  return ContentId::from_bytes({id.id, GIT_OID_RAWSZ});
}

}  // namespace

ContentId blob_id(std::string_view bytes) { return hash_object(bytes, GIT_OBJECT_BLOB); }

ContentId tree_id(std::string_view bytes) { return hash_object(bytes, GIT_OBJECT_TREE); }

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
