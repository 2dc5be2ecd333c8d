#include <fmt/format.h>
#include <git2.h>

#include <algorithm>
#include <sstream>
#include <unordered_set>

#include "base/error.hpp"
#include "repo/object_id.hpp"
#include "repo/read_file.hpp"
#include "repo/repository_handle.hpp"

namespace statelane::repo {

namespace {

std::string short_id(const CommitId& commit) { return commit.substr(0, 12); }

git_oid to_oid(const CommitId& commit) {
  git_oid oid;
  if (git_oid_fromstr(&oid, commit.c_str()) != 0) {
    throw Error(ErrorKind::usage, fmt::format("\"{}\" is no commit id", commit));
  }
  return oid;
}

/// libgit2 answers "not found" for a commit that is not there too. `git_error_clear` before the question.
bool missed_an_object() {
  const git_error* error = git_error_last();
  return error != nullptr && error->klass == GIT_ERROR_ODB;
}

/// `git merge-base` exits with 1 where there is no answer, and also where a commit on the way is not there.
bool says_no(const process::Captured& answer) {
  return answer.status == process::ExitStatus::exited(1) && answer.err.find("error: ") == std::string::npos;
}

struct Ancestry {
  std::unordered_set<CommitId> commits;  ///< the start included, and parents that are named but not here
  bool is_cut = false;                   ///< a shallow boundary hides some
};

/// Every ancestor that is here. Only for shallow clones, where there are few.
Ancestry read_ancestry(ObjectStore& objects, const CommitId& start, const std::vector<CommitId>& boundary) {
  Ancestry result;
  std::vector<CommitId> open = {start};
  result.commits.insert(start);
  while (!open.empty()) {
    const CommitId commit = std::move(open.back());
    open.pop_back();
    if (std::binary_search(boundary.begin(), boundary.end(), commit)) {
      const std::vector<CommitId> parents = read_commit(objects, commit).parents;
      result.is_cut = result.is_cut || !parents.empty();
      result.commits.insert(parents.begin(), parents.end());
      continue;
    }
    for (const CommitId& parent : read_commit(objects, commit).parents) {
      if (result.commits.insert(parent).second) open.push_back(parent);
    }
  }
  return result;
}

}  // namespace

CommitLinks read_commit(ObjectStore& objects, const CommitId& commit) {
  const ContentId id = parse_object_id(commit);
  if (id.is_zero() || commit.size() != objects.id_size() * 2) {
    throw Error(ErrorKind::usage, fmt::format("\"{}\" is no commit id", commit));
  }
  CommitLinks links;
  std::string text;
  try {
    text = objects.read(id, "commit");
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("cannot read commit {}: {}", commit, error.what()), error.hints());
  }
  // `tree ID`, then one `parent ID` for each, then what does not matter here.
  std::string_view rest = text;
  for (bool is_link = true; is_link && !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    is_link = line.starts_with("tree ") || line.starts_with("parent ");
    if (line.starts_with("tree ")) links.tree = parse_object_id(line.substr(5));
    if (line.starts_with("parent ")) links.parents.emplace_back(line.substr(7));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  if (links.tree.is_zero()) {
    throw Error(ErrorKind::environment, fmt::format("commit {} names no tree", commit),
                {"git fsck tells what is damaged"});
  }
  return links;
}

std::vector<CommitId> read_shallow_boundary(const std::filesystem::path& common_directory) {
  std::vector<CommitId> boundary;
  std::istringstream lines(read_administration(common_directory / "shallow"));
  for (std::string line; std::getline(lines, line);) boundary.push_back(trim_end(line));
  std::sort(boundary.begin(), boundary.end());
  return boundary;
}

std::string Repository::subject(const CommitId& commit) const {
  const std::string text = handle_->objects->read(parse_object_id(commit), "commit");
  const std::size_t message = text.find("\n\n");
  if (message == std::string::npos) return "";
  const std::size_t begin = text.find_first_not_of('\n', message);
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find('\n', begin) - begin);
}

Repository::Message Repository::message(const CommitId& commit) const {
  const std::string text = handle_->objects->read(parse_object_id(commit), "commit");
  Message result;
  const std::size_t end_of_head = std::min(text.find("\n\n"), text.size());
  const std::string_view head = std::string_view(text).substr(0, end_of_head);
  if (const std::size_t author = head.find("\nauthor "); author != std::string_view::npos) {
    const std::size_t begin = author + std::string_view("\nauthor ").size();
    const std::size_t end = std::min(head.find_first_of("<\n", begin), head.size());
    result.author = trim_end(std::string(head.substr(begin, end - begin)));
  }
  const std::size_t begin = std::min(text.find_first_not_of('\n', end_of_head), text.size());
  const std::size_t end_of_subject = std::min(text.find('\n', begin), text.size());
  result.subject = text.substr(begin, end_of_subject - begin);
  result.body = text.substr(end_of_subject);
  return result;
}

bool Repository::is_shallow() const { return !read_shallow_boundary(handle_->common_directory).empty(); }

bool Repository::has_replacements() const {
  const std::filesystem::path& directory = handle_->common_directory;
  std::error_code ignored;
  if (std::filesystem::file_size(directory / "info" / "grafts", ignored) > 0 && !ignored) return true;
  const std::filesystem::path loose = directory / "refs" / "replace";
  if (std::filesystem::is_directory(loose, ignored) && !std::filesystem::is_empty(loose, ignored)) return true;
  std::istringstream packed(read_administration(directory / "packed-refs"));
  for (std::string line; std::getline(packed, line);) {
    if (line.find(" refs/replace/") != std::string::npos) return true;
  }
  return false;
}

std::optional<CommitId> Repository::first_parent(const CommitId& commit) const {
  const CommitLinks links = read_commit(*handle_->objects, commit);
  if (links.parents.empty()) return std::nullopt;
  const bool is_here = handle_->library != nullptr ? handle_->objects->has(parse_object_id(links.parents.front()))
                                                   : find_commit(links.parents.front()).has_value();
  if (is_here) return links.parents.front();
  std::vector<std::string> hints;
  hints.emplace_back(is_shallow() ? deepen_hint : "git fsck tells what is missing");
  throw Error(ErrorKind::environment,
              fmt::format("the first parent of {} is not here: {}", commit, links.parents.front()), hints);
}

std::optional<CommitId> Repository::merge_base(const CommitId& one, const CommitId& other) const {
  // A commit that is not here at all is an error of its own, with its id.
  read_commit(*handle_->objects, one);
  read_commit(*handle_->objects, other);
  const auto boundary = read_shallow_boundary(handle_->common_directory);
  // libgit2 does not know shallow boundaries: it fails (and leaks) where git still finds the base.
  if (handle_->library != nullptr && boundary.empty()) {
    const git_oid left = to_oid(one);
    const git_oid right = to_oid(other);
    git_oid base;
    git_error_clear();
    const int outcome = git_merge_base(&base, handle_->library.get(), &left, &right);
    if (outcome == 0) return object_digits(ContentId::from_bytes({base.id, GIT_OID_RAWSZ}), GIT_OID_RAWSZ);
    if (outcome == GIT_ENOTFOUND && !missed_an_object()) return std::nullopt;
  }
  const process::Captured answer = ask_git(handle_->place(), {"merge-base", one, other});
  if (answer.status.succeeded()) return trim_end(answer.out);
  if (!says_no(answer)) {
    throw Error(ErrorKind::environment,
                fmt::format("cannot find the merge base of {} and {}: {}", one, other, first_complaint(answer.err)),
                {"git fsck tells what is damaged or missing"});
  }
  const bool is_cut = !boundary.empty() && (read_ancestry(*handle_->objects, one, boundary).is_cut ||
                                            read_ancestry(*handle_->objects, other, boundary).is_cut);
  if (!is_cut) return std::nullopt;
  throw Error(ErrorKind::environment,
              fmt::format("the merge base of {} and {} is not in this shallow clone", short_id(one), short_id(other)),
              {deepen_hint});
}

bool Repository::is_ancestor(const CommitId& ancestor, const CommitId& descendant) const {
  read_commit(*handle_->objects, ancestor);
  read_commit(*handle_->objects, descendant);
  if (ancestor == descendant) return true;
  const auto boundary = read_shallow_boundary(handle_->common_directory);
  if (!boundary.empty()) {
    const Ancestry ancestry = read_ancestry(*handle_->objects, descendant, boundary);
    if (ancestry.commits.contains(ancestor)) return true;
    // What descends from a commit cannot be its ancestor, whatever the clone hides.
    if (!ancestry.is_cut || read_ancestry(*handle_->objects, ancestor, boundary).commits.contains(descendant))
      return false;
    throw Error(ErrorKind::environment,
                fmt::format("cannot tell in this shallow clone whether {} is an ancestor of {}", short_id(ancestor),
                            short_id(descendant)),
                {deepen_hint});
  }
  if (handle_->library != nullptr) {
    const git_oid below = to_oid(ancestor);
    const git_oid above = to_oid(descendant);
    git_error_clear();
    const int outcome = git_graph_descendant_of(handle_->library.get(), &above, &below);
    if (outcome == 1 || (outcome == 0 && !missed_an_object())) return outcome == 1;
  }
  const process::Captured answer = ask_git(handle_->place(), {"merge-base", "--is-ancestor", ancestor, descendant});
  if (answer.status.succeeded()) return true;
  if (says_no(answer)) return false;
  throw Error(ErrorKind::environment,
              fmt::format("cannot tell whether {} is an ancestor of {}: {}", short_id(ancestor), short_id(descendant),
                          first_complaint(answer.err)),
              {"git fsck tells what is damaged or missing"});
}

}  // namespace statelane::repo
