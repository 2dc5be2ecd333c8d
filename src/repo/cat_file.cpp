#include "repo/cat_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <system_error>

#include "base/error.hpp"
#include "process/spawn.hpp"
#include "repo/git_program.hpp"
#include "repo/loose_objects.hpp"

namespace statelane::repo {

namespace {

std::string read_all(int file) {
  std::string text(4096, '\0');
  const ssize_t count = ::pread(file, text.data(), text.size(), 0);
  text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return text;
}

}  // namespace

void CatFile::start() {
  // A socket and not a pipe: writing to a dead git must be an error, not SIGPIPE.
  std::array<int, 2> input{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, input.data()) != 0) {
    throw std::system_error(errno, std::generic_category(), "socketpair");
  }
  questions_ = FileDescriptor(input[0]);
  const FileDescriptor git_reads(input[1]);
  std::array<int, 2> output{};
  if (::pipe2(output.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  answers_ = FileDescriptor(output[0]);
  const FileDescriptor git_writes(output[1]);
  complaints_ = FileDescriptor(::memfd_create("complaints", MFD_CLOEXEC));
  buffer_.clear();
  try {
    pid_ = process::spawn(build_git_command({GitPlace::Kind::git_directory, git_directory_}, {"cat-file", "--batch"}),
                          git_writes.get(), complaints_.get(), git_reads.get());
  } catch (const Error& error) {
    throw Error(ErrorKind::environment, error.what(), {git_missing_hint});
  }
}

void CatFile::stop() {
  if (pid_ < 0) return;
  questions_.close();
  answers_.close();
  // A fetch that it started may hold on; nothing is lost with it.
  ::kill(-pid_, SIGTERM);
  process::reap(pid_, true);
  pid_ = -1;
}

void CatFile::fail() {
  const std::string words = read_all(complaints_.get());
  stop();
  throw Error(ErrorKind::environment, first_complaint(words));
}

void CatFile::ask(const std::string& id) {
  const std::string question = id + "\n";
  const ssize_t count = ::send(questions_.get(), question.data(), question.size(), MSG_NOSIGNAL);
  if (count != static_cast<ssize_t>(question.size())) fail();
}

void CatFile::read_more() {
  pollfd watched{answers_.get(), POLLIN, 0};
  const int patience = static_cast<int>(patience_.count());
  int ready = ::poll(&watched, 1, patience);
  while (ready < 0 && errno == EINTR) ready = ::poll(&watched, 1, patience);
  if (ready == 0) {
    stop();
    throw Error(ErrorKind::environment, fmt::format("git cat-file gave no answer in {} s", patience_.count() / 1000));
  }
  std::array<char, 65536> piece;
  const ssize_t count = ::read(answers_.get(), piece.data(), piece.size());
  if (count <= 0) fail();
  buffer_.append(piece.data(), static_cast<std::size_t>(count));
}

std::string CatFile::take(std::size_t count) {
  while (buffer_.size() < count) read_more();
  std::string result = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return result;
}

std::string CatFile::take_line() {
  while (buffer_.find('\n') == std::string::npos) read_more();
  std::string line = take(buffer_.find('\n') + 1);
  line.pop_back();
  return line;
}

std::optional<GitObjectBytes> CatFile::read(const std::string& id) {
  if (pid_ < 0) start();
  ask(id);
  // `ID TYPE SIZE` and the bytes and a newline, or `ID missing`.
  const std::string header = take_line();
  const std::size_t type = header.find(' ') + 1;
  const std::size_t size = header.find(' ', type) + 1;
  std::size_t count = 0;
  const char* end = header.data() + header.size();
  if (type == 0 || size == 0 || std::from_chars(header.data() + size, end, count).ptr != end) return std::nullopt;
  if (count > largest_object) {
    stop();
    throw Error(ErrorKind::environment,
                fmt::format("its header names {} bytes, and more than {} are not read", count, largest_object));
  }
  GitObjectBytes object;
  object.type = header.substr(type, size - 1 - type);
  object.bytes = take(count);
  take(1);
  return object;
}

}  // namespace statelane::repo
