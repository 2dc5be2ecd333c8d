#pragma once

#include <cstddef>
#include <memory>
#include <string>

struct git_commit;
struct git_object;
struct git_odb;
struct git_odb_object;
struct git_reference;
struct git_repository;

namespace statelane::repo {

/// Initialises libgit2 once for the process, with the options that this program relies on: no configuration outside the
/// repository is read, the owner of files does not matter (libgit2 executes nothing of a repository), object hashes are
/// not verified again at each read, and the repository extensions that do not change how objects are read are accepted.
/// `objectFormat` is accepted as well: who opens a repository looks at its value afterwards.
void ensure_git_library();

/// While it lives, this thread's reading of an object fails before it holds more than `most` bytes: what is larger is
/// told from what is not without a look at its header first. A delta whose base is larger fails too.
class ObjectLimit {
 public:
  explicit ObjectLimit(std::size_t most);
  ~ObjectLimit();
  ObjectLimit(const ObjectLimit&) = delete;
  ObjectLimit& operator=(const ObjectLimit&) = delete;

  /// The bytes that an object may have in this thread now.
  static std::size_t most();
};

/// libgit2's last error in words.
std::string last_git_error();

struct GitFree {
  void operator()(git_commit* object) const;
  void operator()(git_object* object) const;
  void operator()(git_odb* object) const;
  void operator()(git_odb_object* object) const;
  void operator()(git_reference* object) const;
  void operator()(git_repository* object) const;
};

using GitCommit = std::unique_ptr<git_commit, GitFree>;
using GitObject = std::unique_ptr<git_object, GitFree>;
using GitOdb = std::unique_ptr<git_odb, GitFree>;
using GitOdbObject = std::unique_ptr<git_odb_object, GitFree>;
using GitReference = std::unique_ptr<git_reference, GitFree>;
using GitRepository = std::unique_ptr<git_repository, GitFree>;

}  // namespace statelane::repo
