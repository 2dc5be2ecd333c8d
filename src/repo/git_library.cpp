#include "repo/git_library.hpp"

#include <git2.h>

#include <array>

namespace statelane::repo {

namespace {

bool initialise() {
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
