#include "repo/commit_tree.hpp"

#include <fmt/format.h>
#include <git2.h>

#include <algorithm>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "repo/git_library.hpp"

namespace statelane::repo {

namespace {

constexpr std::size_t id_size = GIT_OID_RAWSZ;

EntryKind kind_of_mode(std::string_view mode) {
  if (mode == "40000" || mode == "040000") return EntryKind::directory;
  if (mode == "120000") return EntryKind::symlink;
  if (mode == "160000") return EntryKind::submodule;
  return mode == "100755" ? EntryKind::executable : EntryKind::file;
}

/// A tree object is a sequence of `mode SP name NUL id`. Empty when the bytes are no such sequence.
std::optional<std::vector<TreeEntry>> parse_tree(std::string_view bytes) {
  std::vector<TreeEntry> entries;
  while (!bytes.empty()) {
    const std::size_t space = bytes.find(' ');
    const std::size_t end = space == std::string_view::npos ? space : bytes.find('\0', space);
    if (end == std::string_view::npos || bytes.size() < end + 1 + id_size) return std::nullopt;
    TreeEntry entry;
    entry.kind = kind_of_mode(bytes.substr(0, space));
    entry.name = bytes.substr(space + 1, end - space - 1);
    entry.id = ContentId::from_bytes({reinterpret_cast<const std::uint8_t*>(bytes.data()) + end + 1, id_size});
    entries.push_back(std::move(entry));
    bytes.remove_prefix(end + 1 + id_size);
  }
  // git sorts directories as if their name ended in a slash.
  std::sort(entries.begin(), entries.end(), [](const TreeEntry& left, const TreeEntry& right) { return left.name < right.name; });
  return entries;
}

}  // namespace

CommitTree::CommitTree(git_odb* odb, const ContentId& root, std::string name, ReadMissing read_missing)
    : odb_(odb), root_(root), name_(std::move(name)), read_missing_(std::move(read_missing)) {}

std::span<const TreeEntry> CommitTree::list(const RepoPath& directory) const {
  const auto known = directories_.find(directory);
  if (known != directories_.end()) return known->second;
  std::vector<TreeEntry> entries;
  const auto entry = directory.is_root() ? TreeEntry{"", EntryKind::directory, root_} : find(directory).value_or(TreeEntry{});
  if (entry.kind == EntryKind::directory) {
    auto parsed = parse_tree(read_object(entry.id, directory));
    if (!parsed) {
      throw Error(ErrorKind::environment,
                  fmt::format("cannot read {} of {}: the tree object is damaged", directory.display(), name_));
    }
    entries = *std::move(parsed);
  }
  return directories_.emplace(directory, std::move(entries)).first->second;
}

std::string CommitTree::read(const RepoPath& path) const {
  const auto entry = find(path);
  if (!entry || entry->kind == EntryKind::directory || entry->kind == EntryKind::submodule) {
    throw Error(ErrorKind::environment, fmt::format("cannot read {} of {}: no such file", path.display(), name_));
  }
  return read_object(entry->id, path);
}

ContentId CommitTree::content_id(const RepoPath& path) const {
  if (path.is_root()) return root_;
  const auto entry = find(path);
  return entry ? entry->id : ContentId{};
}

std::string CommitTree::read_object(const ContentId& id, const RepoPath& path) const {
  git_oid oid;
  std::copy_n(id.bytes.begin(), id_size, oid.id);
  git_odb_object* raw = nullptr;
  if (git_odb_read(&raw, odb_, &oid) == 0) {
    const GitOdbObject object(raw);
    return {static_cast<const char*>(git_odb_object_data(raw)), git_odb_object_size(raw)};
  }
  const std::string reason = last_git_error();
  const std::string hex = to_hex({reinterpret_cast<const char*>(id.bytes.data()), id_size});
  try {
    return read_missing_(hex);
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("cannot read {} of {}: object {}: {}", path.display(), name_, hex, reason), error.hints());
  }
}

}  // namespace statelane::repo
