#include "cli/check_out.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/error.hpp"

namespace statelane::cli {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& file, const std::string& reason) {
  throw Error(ErrorKind::environment, fmt::format("cannot write {}: {}", file.string(), reason));
}

void write_file(const repo::Tree& tree, const RepoPath& path, repo::EntryKind kind, const fs::path& target) {
  const std::string text = tree.read(path);
  if (kind == repo::EntryKind::symlink) return fs::create_symlink(text, target);
  std::ofstream file(target, std::ios::binary);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  if (!file) fail(target, std::strerror(errno));
  if (kind == repo::EntryKind::executable)
    fs::permissions(target, fs::perms::owner_exec | fs::perms::group_exec, fs::perm_options::add);
}

void write_directory(const repo::Tree& tree, const RepoPath& directory, const fs::path& target) {
  fs::create_directory(target);
  for (const repo::TreeEntry& entry : tree.list(directory)) {
    const RepoPath path = directory.child(entry.name);
    switch (entry.kind) {
      case repo::EntryKind::directory: write_directory(tree, path, target / entry.name); break;
      case repo::EntryKind::submodule: fs::create_directory(target / entry.name); break;
      case repo::EntryKind::file:
      case repo::EntryKind::executable:
      case repo::EntryKind::symlink: write_file(tree, path, entry.kind, target / entry.name); break;
    }
  }
}

}  // namespace

CheckedOut::CheckedOut(const repo::Tree& tree, fs::path directory) : directory_(std::move(directory)) {
  try {
    fs::remove_all(directory_);
    fs::create_directories(directory_.parent_path());
    fs::permissions(directory_.parent_path(), fs::perms::owner_all);
    write_directory(tree, RepoPath(), directory_);
  } catch (const fs::filesystem_error& error) {
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
    fail(directory_, error.code().message());
  }
}

CheckedOut::~CheckedOut() {
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
  fs::remove(directory_.parent_path(), ignored);  // unless another run needs it
}

}  // namespace statelane::cli
