#pragma once

#include <git2.h>

#include <memory>
#include <string>

namespace statelane::repo {

/// Initialises libgit2 once for the process, with the options that this program relies on: no configuration outside the repository
/// is read, the owner of files does not matter (nothing of a repository is ever executed), object hashes are not verified again at
/// each read, and the repository extensions that do not change how objects are read are accepted.
void ensure_git_library();

/// libgit2's last error in words.
std::string last_git_error();

template <typename T, void (*Free)(T*)>
struct GitFree {
  void operator()(T* object) const { Free(object); }
};

using GitRepository = std::unique_ptr<git_repository, GitFree<git_repository, git_repository_free>>;
using GitObject = std::unique_ptr<git_object, GitFree<git_object, git_object_free>>;
using GitCommit = std::unique_ptr<git_commit, GitFree<git_commit, git_commit_free>>;
using GitOdb = std::unique_ptr<git_odb, GitFree<git_odb, git_odb_free>>;
using GitOdbObject = std::unique_ptr<git_odb_object, GitFree<git_odb_object, git_odb_object_free>>;
using GitReference = std::unique_ptr<git_reference, GitFree<git_reference, git_reference_free>>;

}  // namespace statelane::repo
