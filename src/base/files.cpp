#include "base/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "base/escape.hpp"

namespace statelane::files {

namespace {

namespace fs = std::filesystem;

/// For what stands where a file or a directory of ours should.
constexpr int wrong_kind = -1;

std::string kind_name(mode_t mode) {
  if (S_ISLNK(mode)) return "it is a symbolic link";
  if (S_ISFIFO(mode)) return "it is a FIFO";
  if (S_ISDIR(mode)) return "it is a directory";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "it is a device";
  if (S_ISSOCK(mode)) return "it is a socket";
  return "it is a file";
}

/// The job's user is seldom the one that people look at: the image's, or the runner's.
constexpr const char* permission_hint =
    "look at its owner and mode (ls -ld): the user of the job's image, or an earlier job's, is the usual cause";

[[noreturn]] void fail(std::string_view action, const fs::path& path, const std::string& reason, bool is_wrong_kind,
                       std::vector<std::string> hints = {}) {
  if (is_wrong_kind) hints.emplace_back("remove it, also from the repository where that holds it");
  throw Error(ErrorKind::environment,
              fmt::format("cannot {} {}: {}", action, escape_for_terminal(path.string()), reason), std::move(hints));
}

[[noreturn]] void fail(std::string_view action, const fs::path& path, int reason) {
  const bool is_forbidden = reason == EACCES || reason == EPERM || reason == EROFS;
  fail(action, path, std::generic_category().message(reason), false,
       is_forbidden ? std::vector<std::string>{permission_hint} : std::vector<std::string>{});
}

/// Opens the directory that `name` is in; -1 with `errno` where there is none. `made`: missing ones are made.
/// A link on the way is told with ELOOP or ENOTDIR, which is looked at below.
int open_directory(const fs::path& root, const fs::path& name, std::string_view action, bool made) {
  constexpr int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  FileDescriptor here(::open(root.empty() ? "." : root.c_str(), flags));
  fs::path reached = root;
  for (const fs::path& part : name) {
    if (!here.is_open()) return -1;
    if (part.empty() || part == ".") continue;
    reached /= part;
    if (part == "..") fail(action, reached, "it leaves its directory", false);
    if (made) ::mkdirat(here.get(), part.c_str(), 0700);
    FileDescriptor next(::openat(here.get(), part.c_str(), flags | O_NOFOLLOW));
    const int reason = errno;
    struct stat status {};
    const bool is_there = ::fstatat(here.get(), part.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
    if (!next.is_open() && is_there && !S_ISDIR(status.st_mode)) fail(action, reached, kind_name(status.st_mode), true);
    here = std::move(next);
    errno = reason;
  }
  return here.release();
}

FileDescriptor open_parent(const Place& place, std::string_view action) {
  return FileDescriptor(open_directory(place.root, place.name.parent_path(), action, false));
}

std::string last_name(const Place& place) { return place.name.filename().string(); }

/// Open for reading; closed where nothing is there.
FileDescriptor open_if_there(const Place& place) {
  const FileDescriptor directory = open_parent(place, "read");
  if (!directory.is_open() && errno == ENOENT) return {};
  if (!directory.is_open()) fail("read", place.path(), errno);
  const std::string name = last_name(place);
  // A FIFO without a writer must not keep us waiting, nor a terminal become ours.
  FileDescriptor file(
      ::openat(directory.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  const int reason = errno;
  if (!file.is_open() && reason == ENOENT) return {};
  struct stat status {};
  const bool is_known = ::fstatat(directory.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
  if (is_known && !S_ISREG(status.st_mode)) fail("read", place.path(), kind_name(status.st_mode), true);
  if (!file.is_open()) fail("read", place.path(), reason);
  if (::fstat(file.get(), &status) == 0 && !S_ISREG(status.st_mode))
    fail("read", place.path(), kind_name(status.st_mode), true);
  return file;
}

void write_all(int descriptor, std::string_view text, const Place& place) {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("write", place.path(), errno);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

/// Up to `length` bytes from `offset`.
std::string read_at(int descriptor, off_t offset, std::size_t length, const Place& place) {
  std::string text(length, '\0');
  std::size_t done = 0;
  while (done < length) {
    const ssize_t count = ::pread(descriptor, text.data() + done, length - done, offset + static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("read", place.path(), errno);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  text.resize(done);
  return text;
}

/// 0, or why what stands there, whatever it is but a directory, cannot be removed.
int try_remove(int directory, const std::string& name) {
  if (::unlinkat(directory, name.c_str(), 0) == 0 || errno == ENOENT) return 0;
  const int reason = errno;
  struct stat status {};
  const bool is_there = ::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
  return is_there && S_ISDIR(status.st_mode) ? wrong_kind : reason;
}

void remove_from(int directory, const Place& place, std::string_view action) {
  const int reason = try_remove(directory, last_name(place));
  if (reason == wrong_kind) fail(action, place.path(), kind_name(S_IFDIR), true);
  if (reason != 0) fail(action, place.path(), reason);
}

std::string random_ending() {
  std::uint64_t number = 0;
  if (::getrandom(&number, sizeof number, 0) != static_cast<ssize_t>(sizeof number))
    number = static_cast<std::uint64_t>(::getpid());
  return fmt::format("{:016x}", number);
}

}  // namespace

Place place_of(const fs::path& path, const fs::path& working) {
  const fs::path normal = path.lexically_normal();
  const fs::path below = normal.is_absolute() ? normal.lexically_relative(working) : normal;
  if (!below.empty() && *below.begin() != "..") return {working, below};
  return {normal.is_absolute() ? normal.parent_path() : (working / normal).parent_path(), normal.filename()};
}

bool read_pieces(const Place& place, std::uint64_t most, const std::function<void(std::string_view)>& sink) {
  const FileDescriptor file = open_if_there(place);
  if (!file.is_open()) return false;
  std::array<char, 65536> buffer;
  std::uint64_t size = 0;
  for (;;) {
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("read", place.path(), errno);
    if (count == 0) return true;
    size += static_cast<std::uint64_t>(count);
    if (size > most) fail("read", place.path(), fmt::format("it is larger than {} bytes", most), false);
    sink({buffer.data(), static_cast<std::size_t>(count)});
  }
}

std::optional<Place> follow(const fs::path& path) {
  std::error_code fault;
  const fs::path target = fs::canonical(path, fault);
  return fault ? std::nullopt : std::optional<Place>({target.parent_path(), target.filename()});
}

std::optional<std::string> read_start(const Place& place, std::size_t most) {
  const FileDescriptor file = open_if_there(place);
  return file.is_open() ? std::optional(read_at(file.get(), 0, most, place)) : std::nullopt;
}

std::optional<std::string> read_end(const Place& place, std::size_t most) {
  const FileDescriptor file = open_if_there(place);
  if (!file.is_open()) return std::nullopt;
  const off_t size = std::max<off_t>(::lseek(file.get(), 0, SEEK_END), 0);
  const auto length = std::min<std::size_t>(most, static_cast<std::size_t>(size));
  return read_at(file.get(), size - static_cast<off_t>(length), length, place);
}

std::optional<std::string> read(const Place& place, std::uint64_t most) {
  std::string text;
  if (!read_pieces(place, most, [&](std::string_view piece) { text.append(piece); })) return std::nullopt;
  return text;
}

FileDescriptor open(const Place& place) {
  FileDescriptor file = open_if_there(place);
  if (!file.is_open()) fail("read", place.path(), ENOENT);
  return file;
}

bool exists(const Place& place) { return open_if_there(place).is_open(); }

FileDescriptor create(const Place& place) {
  const FileDescriptor directory = open_parent(place, "write");
  if (!directory.is_open()) fail("write", place.path(), errno);
  remove_from(directory.get(), place, "write");
  FileDescriptor file(::openat(directory.get(), last_name(place).c_str(),
                               O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.is_open()) fail("write", place.path(), errno);
  return file;
}

void make_private_directory(const Place& place) {
  const FileDescriptor directory(open_directory(place.root, place.name, "create", true));
  if (!directory.is_open() || ::fchmod(directory.get(), 0700) != 0) fail("create", place.path(), errno);
}

void remove(const Place& place) {
  const FileDescriptor directory = open_parent(place, "remove");
  if (!directory.is_open() && errno == ENOENT) return;
  if (!directory.is_open()) fail("remove", place.path(), errno);
  remove_from(directory.get(), place, "remove");
}

void remove_quietly(const Place& place) noexcept {
  try {
    remove(place);
  } catch (const Error&) {  // it stays
  }
}

std::vector<std::string> list(const Place& place) {
  std::vector<std::string> names;
  FileDescriptor directory(open_directory(place.root, place.name, "read", false));
  if (!directory.is_open() && errno == ENOENT) return names;
  if (!directory.is_open()) fail("read", place.path(), errno);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(directory.get()), &::closedir);
  if (!stream) fail("read", place.path(), errno);
  directory.release();  // the stream closes it
  for (const dirent* entry = ::readdir(stream.get()); entry != nullptr; entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Draft::Draft(Place place, unsigned mode) : place_(std::move(place)), directory_(open_parent(place_, "write")) {
  if (!directory_.is_open()) fail("write", place_.path(), errno);
  struct stat status {};
  const std::string name = last_name(place_);
  const bool is_there = ::fstatat(directory_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
  if (is_there && S_ISDIR(status.st_mode)) fail("write", place_.path(), kind_name(status.st_mode), true);
  draft_name_ = fmt::format("{}.{}.part", name, random_ending());
  file_ = FileDescriptor(
      ::openat(directory_.get(), draft_name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file_.is_open()) fail("write", place_.path(), errno);
  if (::fchmod(file_.get(), mode) != 0) fail("write", place_.path(), errno);
}

Draft::Draft(Draft&& other) noexcept
    : place_(other.place_),
      draft_name_(std::exchange(other.draft_name_, {})),
      directory_(std::move(other.directory_)),
      file_(std::move(other.file_)) {}

Draft::~Draft() {
  if (!draft_name_.empty()) ::unlinkat(directory_.get(), draft_name_.c_str(), 0);
}

void Draft::write(std::string_view text) { write_all(file_.get(), text, place_); }

void Draft::close() {
  if (file_.is_open() && ::close(file_.release()) != 0) fail("write", place_.path(), errno);
}

void Draft::keep() {
  close();
  if (::renameat(directory_.get(), draft_name_.c_str(), directory_.get(), last_name(place_).c_str()) != 0)
    fail("write", place_.path(), errno);
  draft_name_.clear();
}

void write(const Place& place, std::string_view text, unsigned mode) {
  Draft draft(place, mode);
  draft.write(text);
  draft.keep();
}

}  // namespace statelane::files
