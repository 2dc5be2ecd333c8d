#include "repo/disk_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <system_error>

#include "base/error.hpp"
#include "repo/object_id.hpp"

namespace statelane::repo {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const RepoPath& path, const std::error_code& reason) {
  throw Error(ErrorKind::environment, fmt::format("cannot read {}: {}", path.display(), reason.message()));
}

/// Sockets, pipes and devices are nothing that git knows.
std::optional<EntryKind> kind_of(const fs::directory_entry& entry, const RepoPath& path) {
  std::error_code fault;
  const fs::file_status status = entry.symlink_status(fault);
  if (fault) refuse(path, fault);
  switch (status.type()) {
    case fs::file_type::directory: return EntryKind::directory;
    case fs::file_type::symlink: return EntryKind::symlink;
    case fs::file_type::regular: {
      const bool is_executable = (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
      return is_executable ? EntryKind::executable : EntryKind::file;
    }
    default: return std::nullopt;
  }
}

/// What is not part of the repository: git's own directory (or file, in a linked work tree) and what Terraform downloads.
bool is_hidden(std::string_view name) { return name == ".git" || name == ".terraform"; }

}  // namespace

DiskTree::DiskTree(fs::path root) : root_(std::move(root)) {}

std::span<const TreeEntry> DiskTree::list(const RepoPath& directory) const {
  const auto known = directories_.find(directory);
  if (known != directories_.end()) return known->second;
  std::vector<TreeEntry> entries;
  std::error_code fault;
  fs::directory_iterator iterator(root_ / directory.str(), fault);
  const bool is_absent = fault == std::errc::no_such_file_or_directory || fault == std::errc::not_a_directory;
  if (fault && !is_absent) refuse(directory, fault);
  for (; !fault && iterator != fs::directory_iterator(); iterator.increment(fault)) {
    const std::string name = iterator->path().filename().string();
    if (is_hidden(name)) continue;
    if (const auto kind = kind_of(*iterator, directory.child(name))) entries.push_back({name, *kind, {}});
  }
  if (fault && !is_absent) refuse(directory, fault);
  std::sort(entries.begin(), entries.end(), [](const TreeEntry& left, const TreeEntry& right) { return left.name < right.name; });
  return directories_.emplace(directory, std::move(entries)).first->second;
}

std::string DiskTree::read(const RepoPath& path) const {
  const fs::path file = root_ / path.str();
  std::error_code fault;
  if (fs::is_symlink(fs::symlink_status(file, fault))) {
    const fs::path target = fs::read_symlink(file, fault);
    if (fault) refuse(path, fault);
    return target.string();
  }
  std::ifstream stream(file, std::ios::binary);
  if (!stream) refuse(path, std::error_code(errno, std::generic_category()));
  std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  if (stream.bad()) refuse(path, std::make_error_code(std::errc::io_error));
  return bytes;
}

ContentId DiskTree::content_id(const RepoPath& path) const {
  const auto known = ids_.find(path);
  if (known != ids_.end()) return known->second;
  const auto entry = find(path);
  const bool has_bytes = entry && entry->kind != EntryKind::directory && entry->kind != EntryKind::submodule;
  const ContentId id = has_bytes ? blob_id(read(path)) : ContentId{};
  ids_.emplace(path, id);
  return id;
}

}  // namespace statelane::repo
