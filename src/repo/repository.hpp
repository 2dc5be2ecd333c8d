#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "repo/change_set.hpp"
#include "repo/tree.hpp"

namespace statelane::repo {

/// A commit's id as 40 (or 64) lower case hexadecimal digits.
using CommitId = std::string;

/// What became of a fetch.
struct Fetched {
  bool is_here = false;
  std::string why_not{};  ///< no remote, no `git`, no permission, no answer in time; empty when it is here
  std::vector<std::string> hints{};

  explicit operator bool() const { return is_here; }
};

/// A git repository, opened read-only. Objects are read through libgit2; what libgit2 1.5 cannot do (a merge base
/// across a shallow boundary, fetching, a work tree's changes, a repository that it refuses to open: SHA-256) the `git`
/// program does, see git_program.hpp. Every function throws `Error` (kind `environment` or `usage`) with git's reason
/// and a remedy. The repository outlives its trees. Replaced objects (`git replace`) are read as they were.
class Repository {
 public:
  /// Opens the repository that contains `directory`, walking up; bare repositories too. The owner of the files does not
  /// matter: reading commits executes nothing. `work_tree_changes` leaves that check to git, since filters of the
  /// repository may run.
  static Repository open(const std::filesystem::path& directory);

  Repository(Repository&&) noexcept;
  Repository& operator=(Repository&&) noexcept;
  ~Repository();

  /// The top of the work tree; empty for a bare repository.
  std::optional<std::filesystem::path> work_tree() const;

  /// The `.git` directory (of this work tree, not the common one).
  std::filesystem::path git_directory() const;

  /// The `.git` directory that all work trees share.
  std::filesystem::path common_directory() const;

  bool is_shallow() const;

  /// Some objects or parents are replaced (`git replace`, grafts): git's own commands see others than this class.
  bool has_replacements() const;

  /// The commit that `revision` names (tags are peeled). Throws `Error{usage}` with "unknown revision", a suggestion,
  /// and for a shallow clone how to deepen it. Ranges are not revisions.
  CommitId resolve(std::string_view revision) const;

  /// Like `resolve`, empty when there is no such commit here.
  std::optional<CommitId> find_commit(std::string_view revision) const;

  /// The commit of HEAD; empty where nothing is committed yet. Throws like `resolve` where HEAD names a commit that
  /// cannot be read.
  std::optional<CommitId> find_head() const;

  /// The branch that HEAD is on; empty when detached or unborn.
  std::optional<std::string> current_branch() const;

  /// The first parent; empty for a root commit. Throws when the parent is not here, beyond a shallow boundary.
  std::optional<CommitId> first_parent(const CommitId& commit) const;

  /// The first line of a commit's message.
  std::string subject(const CommitId& commit) const;

  /// Who wrote a commit, and its message.
  struct Message {
    std::string author{};  ///< the name alone
    std::string subject{};
    std::string body{};  ///< what follows the first line
  };
  Message message(const CommitId& commit) const;

  /// A best common ancestor; empty for unrelated histories. Throws when a shallow boundary hides it.
  std::optional<CommitId> merge_base(const CommitId& one, const CommitId& other) const;

  /// A commit is its own ancestor. Throws when a shallow boundary hides the answer.
  bool is_ancestor(const CommitId& ancestor, const CommitId& descendant) const;

  /// Trees that are opened from here on have this file in their root, in place of what stands there.
  void place_file(std::string name, std::string content);

  /// The tree of a commit.
  std::unique_ptr<Tree> commit_tree(const CommitId& commit) const;

  /// The work tree as it stands on disk; in a sparse checkout what was left out is taken from the index. Throws for a
  /// bare repository.
  std::unique_ptr<Tree> disk_tree() const;

  /// What the work tree (with untracked files that `.gitignore` does not name) changes against `base`. After-ids are
  /// zero.
  ChangeSet work_tree_changes(const CommitId& base) const;

  /// The files of `base` that are on disk with other bytes, as git's filters read them; sorted. Throws for a bare
  /// repository, and where the `git` program cannot be asked.
  std::vector<RepoPath> modified_files(const CommitId& base) const;

  /// The index, as `git commit` would commit it. Throws for a bare repository, and when there are unmerged paths.
  std::unique_ptr<Tree> index_tree() const;

  /// Fetches one commit by its id from `origin` (in a shallow clone with depth 1).
  Fetched fetch_commit(const CommitId& commit, std::chrono::seconds time_out) const;

  /// Fetches many commits by their ids from `origin`, without their history, and returns those that are not here
  /// afterwards, each with the reason. One that origin does not have does not hinder the others. Nothing is written
  /// into the clone's configuration.
  std::map<CommitId, std::string> fetch_commits(const std::vector<CommitId>& commits,
                                                std::chrono::seconds time_out) const;

  /// A ref of `origin`.
  struct RemoteRef {
    std::string name;
    CommitId commit;
  };
  /// The refs of `origin` whose names begin with one of `prefixes`, each of which ends in a slash. A server that speaks
  /// git's protocol 2 sends no others. Throws when the remote cannot be asked, or tells of more than `most_bytes` of
  /// refs.
  std::vector<RemoteRef> remote_refs(const std::vector<std::string>& prefixes, std::chrono::seconds time_out,
                                     std::size_t most_bytes = 128 << 20) const;

  /// The address of `origin`, as git uses it; empty when there is none.
  std::string remote_address() const;

  /// The addresses of all remotes, as the clone's own configuration has them.
  std::vector<std::string> remote_addresses() const;

  /// There is such a tag or such a branch here, of this clone or of `origin`.
  bool has_tag(const std::string& name) const;
  bool has_branch(const std::string& name) const;

  /// In a shallow clone, fetches from `origin` up to `count` more commits behind the boundaries that `commits` reach;
  /// all that there are when `count` is 0.
  Fetched deepen(const std::vector<CommitId>& commits, unsigned count, std::chrono::seconds time_out) const;

  /// Fetches what the remote branch `branch` of `origin` has and this clone lacks, without moving any branch here.
  /// False when that cannot be done.
  bool fetch_branch(const std::string& branch, std::chrono::seconds time_out) const;

  /// The same for refs of any name.
  bool fetch_refs(const std::vector<std::string>& names, std::chrono::seconds time_out) const;

  /// The commit that the remote branch `branch` of `origin` points at now; empty when the branch is gone. Throws when
  /// the remote cannot be asked.
  std::optional<CommitId> remote_branch_tip(const std::string& branch, std::chrono::seconds time_out) const;

 private:
  struct Handle;
  explicit Repository(std::unique_ptr<Handle> handle);

  /// No handle: refused, with the reason.
  struct Opened {
    std::unique_ptr<Handle> handle;
    std::string reason;
  };
  static Opened open_by_library(const std::filesystem::path& directory);
  /// SHA-256, and formats that are newer than libgit2.
  static Opened open_by_program(const std::filesystem::path& directory);

  std::unique_ptr<Tree> with_placed_file(std::unique_ptr<Tree> tree) const;

  /// A file's name and content.
  struct PlacedFile {
    std::string name;
    std::string content;
  };
  std::unique_ptr<Handle> handle_;
  std::optional<PlacedFile> placed_{};
};

}  // namespace statelane::repo
