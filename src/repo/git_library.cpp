#include "repo/git_library.hpp"

#include <git2.h>
#include <git2/sys/alloc.h>

#include <array>
#include <limits>

namespace statelane::repo {

namespace {

constexpr std::size_t any_size = std::numeric_limits<std::size_t>::max();
/// libgit2 ends an object with a zero byte, and keeps what it inflates with.
constexpr std::size_t room_beside_object = 4096;

thread_local std::size_t most_object_bytes = any_size;
git_allocator standard_allocator;

bool is_too_much(std::size_t bytes) {
  return most_object_bytes != any_size && bytes > most_object_bytes + room_beside_object;
}

void* allocate(std::size_t bytes, const char* file, int line) {
  return is_too_much(bytes) ? nullptr : standard_allocator.gmalloc(bytes, file, line);
}

void* allocate_cleared(std::size_t count, std::size_t bytes, const char* file, int line) {
  return is_too_much(bytes == 0 ? 0 : count * bytes) ? nullptr : standard_allocator.gcalloc(count, bytes, file, line);
}

void set_allocator() {
  git_stdalloc_init_allocator(&standard_allocator);
  git_allocator bounded = standard_allocator;
  bounded.gmalloc = allocate;
  bounded.gcalloc = allocate_cleared;
  git_libgit2_opts(GIT_OPT_SET_ALLOCATOR, &bounded);
}

bool initialise() {
  set_allocator();
  git_libgit2_init();
  git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
  git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
  for (const git_config_level_t level :
       {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL}) {
    git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
  }
  // libgit2 compares in lower case, whatever the file says.
  std::array<const char*, 5> extensions = {"worktreeconfig", "partialclone", "preciousobjects", "relativeworktrees",
                                           "objectformat"};
  git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions.data(), extensions.size());
  return true;
}

}  // namespace

void ensure_git_library() {
  static const bool is_ready = initialise();
  static_cast<void>(is_ready);
}

ObjectLimit::ObjectLimit(std::size_t most) { most_object_bytes = most; }

ObjectLimit::~ObjectLimit() { most_object_bytes = any_size; }

std::size_t ObjectLimit::most() { return most_object_bytes; }

std::string last_git_error() {
  const git_error* error = git_error_last();
  return error == nullptr || error->message == nullptr ? "libgit2 gave no reason" : error->message;
}

void GitFree::operator()(git_commit* object) const { git_commit_free(object); }
void GitFree::operator()(git_object* object) const { git_object_free(object); }
void GitFree::operator()(git_odb* object) const { git_odb_free(object); }
void GitFree::operator()(git_odb_object* object) const { git_odb_object_free(object); }
void GitFree::operator()(git_reference* object) const { git_reference_free(object); }
void GitFree::operator()(git_repository* object) const { git_repository_free(object); }

}  // namespace statelane::repo
