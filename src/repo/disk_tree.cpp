#include "repo/disk_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>

#include "base/error.hpp"
#include "base/parallel.hpp"
#include "repo/object_id.hpp"
#include "repo/read_file.hpp"

namespace statelane::repo {

namespace {

namespace fs = std::filesystem;

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

[[noreturn]] void refuse(const RepoPath& path, const std::error_code& reason) {
  throw Error(ErrorKind::environment, fmt::format("cannot read {}: {}", path.display(), reason.message()));
}

std::error_code last_fault() { return {errno, std::generic_category()}; }

/// Empty for what git does not know: sockets, pipes and devices.
std::optional<EntryKind> kind_of_mode(mode_t mode) {
  if (S_ISDIR(mode)) return EntryKind::directory;
  if (S_ISLNK(mode)) return EntryKind::symlink;
  if (S_ISREG(mode)) return (mode & S_IXUSR) != 0 ? EntryKind::executable : EntryKind::file;
  return std::nullopt;
}

/// What is not part of the repository: git's own directory (or file, in a linked work tree) and what Terraform
/// downloads.
/// `.statelane`: what the job helper leaves, plans and other revisions' files among it.
bool is_hidden(std::string_view name) {
  return name == "." || name == ".." || name == ".git" || name == ".terraform" || name == ".statelane";
}

/// The entry `name` of the open directory `parent`; empty when it is gone again.
std::optional<TreeEntry> read_entry(int parent, const char* name, const RepoPath& path) {
  struct stat status {};
  if (::fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return std::nullopt;
    refuse(path, last_fault());
  }
  auto kind = kind_of_mode(status.st_mode);
  if (!kind) return std::nullopt;
  const std::string inner = std::string(name) + "/.git";
  if (kind == EntryKind::directory && ::faccessat(parent, inner.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
    kind = EntryKind::submodule;
  }
  return TreeEntry{name, *kind, {}};
}

}  // namespace

DiskTree::DiskTree(fs::path root) : root_(std::move(root)) {}

const std::vector<TreeEntry>& DiskTree::read_directory(const RepoPath& directory) const {
  const auto known = directories_.find(directory);
  if (known != directories_.end()) return known->second;
  const Directory handle(::opendir((root_ / directory.str()).c_str()));
  if (handle == nullptr && (!directory.is_root() && errno == ENOENT)) return directories_[directory];
  if (handle == nullptr) refuse(directory, last_fault());
  std::vector<TreeEntry> entries;
  for (errno = 0; const dirent* item = ::readdir(handle.get()); errno = 0) {
    if (is_hidden(item->d_name)) continue;
    auto entry = read_entry(::dirfd(handle.get()), item->d_name, directory.child(item->d_name));
    if (entry) entries.push_back(*std::move(entry));
  }
  if (errno != 0) refuse(directory, last_fault());
  std::sort(entries.begin(), entries.end(),
            [](const TreeEntry& left, const TreeEntry& right) { return left.name < right.name; });
  return directories_.emplace(directory, std::move(entries)).first->second;
}

/// Down from the root, so that no link is followed and nothing hidden is entered.
std::span<const TreeEntry> DiskTree::list(const RepoPath& directory) const {
  const auto known = directories_.find(directory);
  if (known != directories_.end()) return known->second;
  std::string_view rest = directory.str();
  RepoPath place;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view name = rest.substr(0, end);
    const TreeEntry* entry = find_entry(read_directory(place), name);
    if (entry == nullptr || entry->kind != EntryKind::directory) return {};
    place = place.child(name);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return read_directory(place);
}

std::string DiskTree::read(const RepoPath& path) const {
  const auto entry = find(path);
  if (!entry || entry->kind == EntryKind::directory || entry->kind == EntryKind::submodule) {
    throw Error(ErrorKind::environment, fmt::format("cannot read {}: no such file", path.display()));
  }
  std::error_code fault;
  if (entry->kind == EntryKind::symlink) {
    const fs::path target = fs::read_symlink(root_ / path.str(), fault);
    if (fault) refuse(path, fault);
    return target.string();
  }
  auto bytes = read_whole_file(root_ / path.str(), fault);
  if (!bytes) refuse(path, fault);
  return *std::move(bytes);
}

std::uint64_t DiskTree::size(const RepoPath& path) const {
  const auto entry = find(path);
  const bool is_file = entry && (entry->kind == EntryKind::file || entry->kind == EntryKind::executable);
  std::error_code fault;
  const std::uintmax_t known = is_file ? fs::file_size(root_ / path.str(), fault) : 0;
  return is_file && !fault ? known : Tree::size(path);
}

std::vector<std::size_t> DiskTree::read_all(std::span<const RepoPath> paths, std::uint64_t most_bytes,
                                            const Take& take) const {
  std::vector<EntryKind> kinds;
  for (const RepoPath& path : paths) {
    const auto entry = find(path);
    kinds.push_back(entry ? entry->kind : EntryKind::directory);
  }
  std::vector<ContentId> ids(paths.size());
  for_each_in_parallel(paths.size(), [&](std::size_t, std::size_t index) {
    if (kinds[index] != EntryKind::file && kinds[index] != EntryKind::executable) return;
    const fs::path file = root_ / paths[index].str();
    std::error_code fault;
    if (const std::uintmax_t bytes = fs::file_size(file, fault); !fault && bytes > most_bytes) return;
    auto bytes = read_whole_file(file, fault);
    if (!bytes) refuse(paths[index], fault);
    ids[index] = blob_id(*bytes);
    take(index, ids[index], *std::move(bytes));
  });
  std::vector<std::size_t> larger;
  for (std::size_t index = 0; index < paths.size(); ++index) {
    if (!ids[index].is_zero()) {
      ids_.insert_or_assign(paths[index], ids[index]);
    } else if (size(paths[index]) > most_bytes) {
      larger.push_back(index);
    } else {
      take(index, content_id(paths[index]), read(paths[index]));
    }
  }
  return larger;
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
