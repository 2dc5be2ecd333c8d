#include "repo/object_id.hpp"

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

}  // namespace statelane::repo
