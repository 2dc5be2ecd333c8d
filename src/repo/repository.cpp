#include "repo/repository.hpp"

#include <fmt/format.h>
#include <git2.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "repo/commit_tree.hpp"
#include "repo/object_id.hpp"
#include "repo/overlay_tree.hpp"
#include "repo/read_file.hpp"
#include "repo/repository_handle.hpp"

namespace statelane::repo {

namespace fs = std::filesystem;

namespace {

struct Lookup {
  std::optional<CommitId> commit;
  std::string reason;  ///< when there is none for another reason than that nothing is named so
};

Lookup find_by_library(git_repository* repository, const std::string& revision) {
  git_object* raw = nullptr;
  const int outcome = git_revparse_single(&raw, repository, revision.c_str());
  if (outcome == GIT_EAMBIGUOUS) return {std::nullopt, "several ids begin with it, so give more digits"};
  if (outcome == GIT_ENOTFOUND || outcome == GIT_EINVALIDSPEC) return {};
  if (outcome != 0) return {std::nullopt, last_git_error()};
  const GitObject object(raw);
  git_object* peeled_raw = nullptr;
  if (git_object_peel(&peeled_raw, raw, GIT_OBJECT_COMMIT) != 0) {
    return {std::nullopt, fmt::format("it names a {}, no commit", git_object_type2string(git_object_type(raw)))};
  }
  const GitObject peeled(peeled_raw);
  return {object_digits(ContentId::from_bytes({git_object_id(peeled_raw)->id, GIT_OID_RAWSZ}), GIT_OID_RAWSZ), {}};
}

Lookup find_by_program(const GitPlace& place, const std::string& revision) {
  const process::Captured answer =
      ask_git(place, {"rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"});
  // A range is several lines, or one that begins with a caret; neither is a commit.
  const std::string id = trim_end(answer.out);
  if (answer.status.succeeded() && !parse_object_id(id).is_zero()) return {id, {}};
  return {};
}

Lookup look_up(git_repository* library, const GitPlace& place, std::string_view revision) {
  if (revision.empty() || revision.find('\0') != std::string_view::npos) return {};
  const std::string text(revision);
  return library != nullptr ? find_by_library(library, text) : find_by_program(place, text);
}

/// HEAD is a branch that is not there yet. One that is there and cannot be read is something else.
bool is_unborn(const fs::path& git_directory, const fs::path& common_directory) {
  std::error_code fault;
  const std::string text = trim_end(read_whole_file(git_directory / "HEAD", fault).value_or(""));
  constexpr std::string_view prefix = "ref: ";
  if (!text.starts_with(prefix)) return false;
  const std::string name = text.substr(prefix.size());
  if (fs::exists(fs::symlink_status(common_directory / name, fault))) return false;
  const std::string packed = read_administration(common_directory / "packed-refs");
  return packed.find(" " + name + "\n") == std::string::npos && !packed.ends_with(" " + name);
}

/// Branches and tags as one would type them, `main` and `origin/main`.
std::vector<std::string> list_names(const GitPlace& place, git_repository* library) {
  std::vector<std::string> names;
  git_strarray references{};
  if (library != nullptr && git_reference_list(&references, library) == 0) {
    for (std::size_t index = 0; index < references.count; ++index) names.emplace_back(references.strings[index]);
    git_strarray_dispose(&references);
  } else if (const auto lines = try_git(place, {"for-each-ref", "--format=%(refname)%00"})) {
    for (std::string& name : split_nul(*lines)) names.push_back(name.substr(name.starts_with('\n') ? 1 : 0));
  }
  std::vector<std::string> result;
  for (const std::string& name : names) {
    for (const std::string_view prefix : {"refs/heads/", "refs/tags/", "refs/remotes/"}) {
      if (name.starts_with(prefix)) result.push_back(name.substr(prefix.size()));
    }
  }
  std::sort(result.begin(), result.end());
  return result;
}

}  // namespace

std::optional<fs::path> Repository::work_tree() const { return handle_->work_tree; }

fs::path Repository::git_directory() const { return handle_->git_directory; }

fs::path Repository::common_directory() const { return handle_->common_directory; }

std::optional<CommitId> Repository::find_commit(std::string_view revision) const {
  return look_up(handle_->library.get(), handle_->place(), revision).commit;
}

std::optional<CommitId> Repository::find_head() const {
  auto commit = find_commit("HEAD");
  if (commit || is_unborn(handle_->git_directory, handle_->common_directory)) return commit;
  return resolve("HEAD");
}

CommitId Repository::resolve(std::string_view revision) const {
  const Lookup lookup = look_up(handle_->library.get(), handle_->place(), revision);
  if (lookup.commit) return *lookup.commit;
  if (revision == "HEAD" && lookup.reason.empty() && is_unborn(handle_->git_directory, handle_->common_directory))
    throw Error(ErrorKind::usage, "nothing is committed yet, so that there is no HEAD");
  std::vector<std::string> hints;
  const auto names = list_names(handle_->place(), handle_->library.get());
  const std::string remote = "origin/" + std::string(revision);
  const bool is_on_remote = std::find(names.begin(), names.end(), remote) != names.end();
  const auto suggestion = is_on_remote ? std::optional(remote) : find_suggestion(revision, names);
  if (suggestion) hints.push_back(fmt::format("did you mean \"{}\"?", *suggestion));
  if (is_shallow()) hints.emplace_back(deepen_hint);
  if (hints.empty()) hints.emplace_back("git log --oneline -5 shows commits that are here");
  const std::string reason = lookup.reason.empty() ? std::string() : ": " + lookup.reason;
  throw Error(ErrorKind::usage, fmt::format("unknown revision \"{}\"{}", revision, reason), std::move(hints));
}

std::optional<std::string> Repository::current_branch() const {
  if (handle_->library == nullptr) {
    const auto name = try_git(handle_->place(), {"symbolic-ref", "--quiet", "--short", "HEAD"});
    const bool is_born = name && find_commit("HEAD").has_value();
    return is_born ? std::optional(trim_end(*name)) : std::nullopt;
  }
  git_reference* raw = nullptr;
  if (git_repository_head(&raw, handle_->library.get()) != 0) return std::nullopt;
  const GitReference head(raw);
  if (git_reference_is_branch(raw) == 0) return std::nullopt;
  return std::string(git_reference_shorthand(raw));
}

std::unique_ptr<Tree> Repository::commit_tree(const CommitId& commit) const {
  const CommitLinks links = read_commit(*handle_->objects, commit);
  return with_placed_file(
      std::make_unique<CommitTree>(*handle_->objects, links.tree, "commit " + commit.substr(0, 12)));
}

void Repository::place_file(std::string name, std::string content) { placed_ = {std::move(name), std::move(content)}; }

std::unique_ptr<Tree> Repository::with_placed_file(std::unique_ptr<Tree> tree) const {
  if (!placed_) return tree;
  return std::make_unique<OverlayTree>(std::move(tree), placed_->name, placed_->content);
}

}  // namespace statelane::repo
