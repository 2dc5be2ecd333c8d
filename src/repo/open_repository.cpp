#include <fmt/format.h>
#include <git2.h>
#include <git2/sys/repository.h>

#include <algorithm>

#include "base/error.hpp"
#include "repo/loose_objects.hpp"
#include "repo/repository_handle.hpp"

namespace statelane::repo {

namespace fs = std::filesystem;

namespace {

struct ConfigFree {
  void operator()(git_config* config) const { git_config_free(config); }
};
using GitConfig = std::unique_ptr<git_config, ConfigFree>;

fs::path without_slash(std::string text) {
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

GitConfig open_config(git_repository* repository) {
  git_config* raw = nullptr;
  git_repository_config_snapshot(&raw, repository);
  return GitConfig(raw);
}

/// libgit2 1.5 opens a SHA-256 repository without complaint and then finds nothing in it.
bool is_sha1(git_repository* repository) {
  const GitConfig config = open_config(repository);
  const char* format = nullptr;
  if (config == nullptr || git_config_get_string(&format, config.get(), "extensions.objectformat") != 0) return true;
  return std::string_view(format) == "sha1";
}

/// The remote that promised what a partial clone does not have; empty in an ordinary clone.
std::string find_promisor(git_repository* repository) {
  const GitConfig config = open_config(repository);
  std::string name;
  if (config == nullptr) return name;
  // Not git_config_foreach_match: libgit2 1.5 leaks 20 kB for each key that a regular expression is tried on.
  const auto take = [](const git_config_entry* entry, void* result) {
    constexpr std::string_view prefix = "remote.";
    constexpr std::string_view suffix = ".promisor";
    const std::string_view key = entry->name;
    const bool is_promisor =
        key.size() > prefix.size() + suffix.size() && key.starts_with(prefix) && key.ends_with(suffix);
    const bool is_true = entry->value == nullptr || std::string_view(entry->value) != "false";
    if (is_promisor && is_true) {
      *static_cast<std::string*>(result) = key.substr(prefix.size(), key.size() - prefix.size() - suffix.size());
    }
    return 0;
  };
  git_config_foreach(config.get(), take, &name);
  return name;
}

/// git's own guess where `core.bare` is not set: a git directory that was entered directly is bare, unless its name is
/// `.git`. libgit2 takes the directory above as the work tree, whatever lies there.
bool is_bare_by_guess(git_repository* repository, const fs::path& git_directory, const fs::path& work_tree) {
  const GitConfig config = open_config(repository);
  const char* text = nullptr;
  const bool is_said = config != nullptr && (git_config_get_string(&text, config.get(), "core.bare") == 0 ||
                                             git_config_get_string(&text, config.get(), "core.worktree") == 0);
  std::error_code fault;
  const bool is_linked = git_repository_is_worktree(repository) == 1 || fs::is_regular_file(work_tree / ".git", fault);
  return !is_said && !is_linked && git_directory.filename() != ".git";
}

[[noreturn]] void fail_to_open(const fs::path& directory, const std::string& reason, const std::string& git_words) {
  if (reason.starts_with("could not find repository") && git_words.find("dubious ownership") == std::string::npos) {
    throw Error(ErrorKind::environment, fmt::format("{} is not in a git repository", directory.string()),
                {"run statelane inside the infrastructure repository, or name it with -C DIR"});
  }
  const std::string message = fmt::format("cannot open the git repository at {}: {}", directory.string(), reason);
  if (git_words.empty()) {
    throw Error(ErrorKind::environment, message,
                {"install git: with it statelane reads repositories that libgit2 cannot"});
  }
  throw Error(ErrorKind::environment, fmt::format("{}; git: {}", message, git_words),
              {fmt::format("git -C {} status shows the same", directory.string())});
}

}  // namespace

Repository::Repository(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Repository::Repository(Repository&&) noexcept = default;
Repository& Repository::operator=(Repository&&) noexcept = default;
Repository::~Repository() = default;

Repository::Opened Repository::open_by_library(const fs::path& directory) {
  git_repository* raw = nullptr;
  if (git_repository_open_ext(&raw, directory.c_str(), 0, nullptr) != 0) {
    return {nullptr, last_git_error()};
  }
  auto handle = std::make_unique<Handle>();
  handle->library.reset(raw);
  if (!is_sha1(raw)) return {nullptr, "libgit2 cannot read this object format"};
  handle->git_directory = without_slash(git_repository_path(raw));
  handle->common_directory = without_slash(git_repository_commondir(raw));
  if (const char* top = git_repository_workdir(raw);
      top != nullptr && !is_bare_by_guess(raw, handle->git_directory, without_slash(top))) {
    handle->work_tree = without_slash(top);
  }
  GitOdb database = open_object_database(handle->common_directory / "objects");
  git_repository_set_odb(raw, database.get());
  handle->objects.emplace(handle->git_directory, std::move(database), 20);
  handle->objects->set_directory(handle->common_directory / "objects");
  handle->objects->set_promisor(find_promisor(raw));
  return {std::move(handle), {}};
}

Repository::Opened Repository::open_by_program(const fs::path& directory) {
  const GitPlace place{GitPlace::Kind::anywhere, directory};
  process::Captured answer;
  try {
    answer = ask_git(place, {"rev-parse", "--show-object-format", "--absolute-git-dir"});
  } catch (const Error&) {
    return {};
  }
  const std::size_t line_end = answer.out.find('\n');
  if (!answer.status.succeeded() || line_end == std::string::npos) return {nullptr, first_complaint(answer.err)};
  auto handle = std::make_unique<Handle>();
  handle->git_directory = trim_end(answer.out.substr(line_end + 1));
  const auto common = try_git(place, {"rev-parse", "--path-format=absolute", "--git-common-dir"});
  handle->common_directory = common ? fs::path(trim_end(*common)) : handle->git_directory;
  if (const auto top = try_git(place, {"rev-parse", "--show-toplevel"})) handle->work_tree = trim_end(*top);
  const bool is_sha256 = answer.out.starts_with("sha256");
  handle->objects.emplace(handle->git_directory, GitOdb(), is_sha256 ? 32 : 20);
  return {std::move(handle), {}};
}

Repository Repository::open(const fs::path& directory) {
  ensure_git_library();
  Opened opened = open_by_library(directory);
  if (opened.handle == nullptr) {
    const std::string reason = std::move(opened.reason);
    opened = open_by_program(directory);
    if (opened.handle == nullptr) fail_to_open(directory, reason, opened.reason);
  }
  opened.handle->objects->set_shallow(!read_shallow_boundary(opened.handle->common_directory).empty());
  return Repository(std::move(opened.handle));
}

}  // namespace statelane::repo
