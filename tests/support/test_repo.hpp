#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "process/command.hpp"
#include "repo/memory_tree.hpp"
#include "support/scratch_directory.hpp"

namespace statelane::support {

/// What the `git` program prints in `directory`. The environment is cleared, no configuration of the user or the system
/// is read, author, committer and dates are fixed; the dates advance by a second with each call.
process::Captured ask_git(const std::filesystem::path& directory, std::vector<std::string> arguments);

/// Like `ask_git`; standard output without its last newline. Throws with git's words when git fails.
std::string run_git(const std::filesystem::path& directory, std::vector<std::string> arguments);

/// For `git fast-import`: every byte that could end a name as octal, in quotes.
std::string quote_path(std::string_view path);

/// The command of `git fast-import` that puts a file into a commit.
std::string render_file(const RepoPath& path, const repo::MemoryTree::File& file);

/// A real git repository on the branch `main`, made by the `git` program and gone at the end of the scope. Others may
/// clone it with filters and fetch any object of it. Every name may be any bytes.
class TestRepo {
 public:
  using Files = std::map<RepoPath, repo::MemoryTree::File>;

  /// Options go to `git init`: `--bare`, `--object-format=sha256`.
  explicit TestRepo(const std::vector<std::string>& init_options = {});

  const std::filesystem::path& path() const { return path_; }
  /// For `git clone`: with it git talks to itself as to a server, so that depth and filters count.
  std::string url() const { return "file://" + path_.string(); }

  /// In the work tree.
  void write(std::string_view name, std::string_view text) const;
  void write_executable(std::string_view name, std::string_view text) const;
  void symlink(std::string_view name, std::string_view target) const;
  void remove(std::string_view name) const;

  /// Commits all that is in the work tree, even if nothing changed; the commit's id.
  std::string commit(const std::string& message = "change") const;
  /// Makes a branch at HEAD and switches to it.
  void branch(const std::string& name) const;
  void checkout(const std::string& revision) const;
  void tag(const std::string& name) const;
  /// A merge commit of `name` into HEAD.
  std::string merge(const std::string& name) const;

  /// A commit with exactly these files and no check-out: for names that no file system takes, and for many commits. A
  /// submodule's content is the id of its commit. Moves `branch` there; parents are revisions.
  std::string commit_files(const Files& files, const std::vector<std::string>& parents = {},
                           const std::string& branch = "main") const;

  /// Another repository, made by `git clone` with these options (`--depth=3`, `--filter=blob:none`, `--bare`,
  /// `--shared` …).
  TestRepo clone(const std::vector<std::string>& options = {}) const;
  /// A linked work tree, `revision` detached. It lives as long as this repository.
  std::filesystem::path add_worktree(const std::string& revision) const;

  /// `run_git` in this repository.
  std::string git(std::vector<std::string> arguments) const { return run_git(path_, std::move(arguments)); }

 private:
  explicit TestRepo(ScratchDirectory scratch);
  ScratchDirectory scratch_;
  std::filesystem::path path_;  ///< below the scratch directory, so that linked work trees can lie beside it
};

}  // namespace statelane::support
