#include "repo/repository.hpp"

#include <fmt/format.h>
#include <git2.h>

#include <algorithm>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "repo/commit_tree.hpp"
#include "repo/disk_tree.hpp"
#include "repo/git_library.hpp"
#include "repo/git_program.hpp"

namespace statelane::repo {

namespace fs = std::filesystem;

struct Repository::Handle {
  GitRepository repository;
  GitOdb odb;
};

namespace {

constexpr const char* deepen_hint = "shallow clone: set GIT_DEPTH: \"0\" in the job, or run git fetch --unshallow";

std::string to_commit_id(const git_oid& oid) {
  return to_hex({reinterpret_cast<const char*>(oid.id), GIT_OID_RAWSZ});
}

git_oid to_oid(const CommitId& commit) {
  git_oid oid;
  if (git_oid_fromstr(&oid, commit.c_str()) != 0) throw Error(ErrorKind::usage, fmt::format("\"{}\" is no commit id", commit));
  return oid;
}

GitCommit find_commit_object(git_repository* repository, const CommitId& id) {
  const git_oid oid = to_oid(id);
  git_commit* raw = nullptr;
  git_commit_lookup(&raw, repository, &oid);
  return GitCommit(raw);
}

}  // namespace

Repository::Repository(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Repository::Repository(Repository&&) noexcept = default;
Repository& Repository::operator=(Repository&&) noexcept = default;
Repository::~Repository() = default;

Repository Repository::open(const fs::path& directory) {
  ensure_git_library();
  git_repository* raw = nullptr;
  if (git_repository_open_ext(&raw, directory.c_str(), 0, nullptr) != 0) {
    const git_error* error = git_error_last();
    const bool is_absent = error != nullptr && std::string_view(error->message).starts_with("could not find repository");
    if (is_absent) {
      throw Error(ErrorKind::environment, fmt::format("{} is not in a git repository", directory.string()),
                  {"run statelane inside the infrastructure repository, or name it with -C DIR"});
    }
    throw Error(ErrorKind::environment, fmt::format("cannot open the git repository at {}: {}", directory.string(), last_git_error()));
  }
  auto handle = std::make_unique<Handle>();
  handle->repository.reset(raw);
  git_odb* odb = nullptr;
  if (git_repository_odb(&odb, raw) != 0) {
    throw Error(ErrorKind::environment, fmt::format("cannot open git's objects in {}: {}", git_repository_path(raw), last_git_error()));
  }
  handle->odb.reset(odb);
  return Repository(std::move(handle));
}

std::optional<fs::path> Repository::work_tree() const {
  const char* directory = git_repository_workdir(handle_->repository.get());
  if (directory == nullptr) return std::nullopt;
  std::string text = directory;
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return fs::path(text);
}

fs::path Repository::git_directory() const { return git_repository_path(handle_->repository.get()); }

bool Repository::is_shallow() const { return git_repository_is_shallow(handle_->repository.get()) == 1; }

std::optional<CommitId> Repository::find_commit(std::string_view revision) const {
  git_object* raw = nullptr;
  if (git_revparse_single(&raw, handle_->repository.get(), std::string(revision).c_str()) != 0) return std::nullopt;
  const GitObject object(raw);
  git_object* peeled_raw = nullptr;
  if (git_object_peel(&peeled_raw, raw, GIT_OBJECT_COMMIT) != 0) return std::nullopt;
  const GitObject peeled(peeled_raw);
  return to_commit_id(*git_object_id(peeled_raw));
}

CommitId Repository::resolve(std::string_view revision) const {
  if (auto commit = find_commit(revision)) return *commit;
  std::vector<std::string> hints;
  if (is_shallow()) hints.emplace_back(deepen_hint);
  hints.emplace_back("git log --oneline -5 shows commits that are here");
  throw Error(ErrorKind::usage, fmt::format("unknown revision \"{}\"", revision), std::move(hints));
}

std::optional<std::string> Repository::current_branch() const {
  git_reference* raw = nullptr;
  if (git_repository_head(&raw, handle_->repository.get()) != 0) return std::nullopt;
  const GitReference head(raw);
  if (git_reference_is_branch(raw) == 0) return std::nullopt;
  return std::string(git_reference_shorthand(raw));
}

std::optional<CommitId> Repository::first_parent(const CommitId& commit) const {
  const GitCommit object = find_commit_object(handle_->repository.get(), commit);
  if (!object) throw Error(ErrorKind::environment, fmt::format("commit {} is not here", commit), {deepen_hint});
  if (git_commit_parentcount(object.get()) == 0) return std::nullopt;
  const CommitId parent = to_commit_id(*git_commit_parent_id(object.get(), 0));
  if (!find_commit_object(handle_->repository.get(), parent)) {
    throw Error(ErrorKind::environment, fmt::format("the first parent of {} is not here", commit), {deepen_hint});
  }
  return parent;
}

std::optional<CommitId> Repository::merge_base(const CommitId& one, const CommitId& other) const {
  const git_oid left = to_oid(one);
  const git_oid right = to_oid(other);
  git_oid base;
  const int outcome = git_merge_base(&base, handle_->repository.get(), &left, &right);
  if (outcome == 0) return to_commit_id(base);
  if (outcome == GIT_ENOTFOUND) return std::nullopt;
  // libgit2 does not know shallow boundaries: it fails where git still finds the base.
  const process::Captured answer = ask_git(git_directory(), {"merge-base", one, other});
  if (answer.status.succeeded()) return trim_end(answer.out);
  if (is_shallow()) {
    throw Error(ErrorKind::environment, fmt::format("the merge base of {} and {} is not in this shallow clone", one.substr(0, 12), other.substr(0, 12)),
                {deepen_hint});
  }
  if (answer.status == process::ExitStatus::exited(1)) return std::nullopt;
  throw Error(ErrorKind::environment, fmt::format("cannot find the merge base of {} and {}: {}", one, other, trim_end(answer.err)));
}

bool Repository::is_ancestor(const CommitId& ancestor, const CommitId& descendant) const {
  if (ancestor == descendant) return true;
  const git_oid below = to_oid(ancestor);
  const git_oid above = to_oid(descendant);
  const int outcome = git_graph_descendant_of(handle_->repository.get(), &above, &below);
  if (outcome >= 0) return outcome == 1;
  const process::Captured answer = ask_git(git_directory(), {"merge-base", "--is-ancestor", ancestor, descendant});
  if (answer.status == process::ExitStatus::exited(0)) return true;
  if (answer.status == process::ExitStatus::exited(1) && !is_shallow()) return false;
  throw Error(ErrorKind::environment,
              fmt::format("cannot tell whether {} is an ancestor of {}", ancestor.substr(0, 12), descendant.substr(0, 12)), {deepen_hint});
}

std::unique_ptr<Tree> Repository::commit_tree(const CommitId& commit) const {
  const GitCommit object = find_commit_object(handle_->repository.get(), commit);
  if (!object) throw Error(ErrorKind::environment, fmt::format("commit {} is not here", commit), {deepen_hint});
  const git_oid* root = git_commit_tree_id(object.get());
  const auto read_missing = [directory = git_directory()](const std::string& id) {
    process::Captured answer = ask_git(directory, {"cat-file", "-p", id});
    if (!answer.status.succeeded()) throw Error(ErrorKind::environment, trim_end(answer.err), {"git fsck tells what is missing"});
    return std::move(answer.out);
  };
  return std::make_unique<CommitTree>(handle_->odb.get(), ContentId::from_bytes({root->id, GIT_OID_RAWSZ}),
                                      "commit " + commit.substr(0, 12), read_missing);
}

std::unique_ptr<Tree> Repository::disk_tree() const {
  const auto directory = work_tree();
  if (!directory) throw Error(ErrorKind::environment, "a bare repository has no work tree", {"name a revision with --rev or --head"});
  return std::make_unique<DiskTree>(*directory);
}

bool Repository::fetch_commit(const CommitId& commit, std::chrono::seconds time_out) const {
  try_git(git_directory(), {"fetch", "--quiet", "--no-tags", "--depth=1", "origin", commit}, time_out);
  git_odb_refresh(handle_->odb.get());
  return find_commit_object(handle_->repository.get(), commit) != nullptr;
}

bool Repository::fetch_branch(const std::string& branch, std::chrono::seconds time_out) const {
  const bool is_done = try_git(git_directory(), {"fetch", "--quiet", "--no-tags", "origin", "refs/heads/" + branch}, time_out).has_value();
  git_odb_refresh(handle_->odb.get());
  return is_done;
}

std::optional<CommitId> Repository::remote_branch_tip(const std::string& branch, std::chrono::seconds time_out) const {
  const process::Captured answer = ask_git(git_directory(), {"ls-remote", "--quiet", "origin", "refs/heads/" + branch}, time_out);
  if (answer.timed_out || !answer.status.succeeded()) {
    throw Error(ErrorKind::environment, fmt::format("cannot ask origin for the branch {}: {}", branch,
                                                    answer.timed_out ? "no answer in time" : trim_end(answer.err)));
  }
  const std::string line = trim_end(answer.out);
  if (line.empty()) return std::nullopt;
  return line.substr(0, line.find('\t'));
}

}  // namespace statelane::repo
