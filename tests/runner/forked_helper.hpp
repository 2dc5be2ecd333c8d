#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/file_descriptor.hpp"

/// A directory of its own that is gone at the end of the test.
struct Scratch {
  std::filesystem::path path;
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "statelane-runner-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  Scratch(const Scratch&) = delete;
  ~Scratch() { std::filesystem::remove_all(path); }

  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path / name).parent_path());
    std::ofstream(path / name) << text;
  }
};

inline std::string read_text(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// The processes that `parent` has started, the oldest first: of a helper its witness, then the program.
inline std::vector<pid_t> children_of(pid_t parent) {
  const std::string id = std::to_string(parent);
  std::istringstream list(read_text("/proc/" + id + "/task/" + id + "/children"));
  return {std::istream_iterator<pid_t>(list), {}};
}

/// The job helper in a process of its own, as a runner sees it: its log is a pipe that the test reads, and it can be
/// signalled.
class ForkedHelper {
 public:
  /// `body` gets the descriptor of the log and returns the exit code.
  explicit ForkedHelper(const std::function<int(int)>& body) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    log_ = statelane::FileDescriptor(ends[0]);
    pid_ = ::fork();
    if (pid_ != 0) {
      ::close(ends[1]);
      return;
    }
    ::close(ends[0]);
    int code = 99;
    try {
      code = body(ends[1]);
    } catch (const std::exception& error) {
      ::dprintf(ends[1], "exception: %s\n", error.what());
    }
    ::_exit(code);
  }
  ForkedHelper(ForkedHelper&& other) noexcept
      : log_(std::move(other.log_)),
        pid_(other.pid_),
        ended_(std::exchange(other.ended_, true)),
        text_(std::move(other.text_)) {}
  ~ForkedHelper() {
    if (!ended_) ::kill(pid_, SIGKILL);
    if (!ended_) ::waitpid(pid_, nullptr, 0);
  }

  pid_t pid() const { return pid_; }
  const std::string& log() const { return text_; }

  /// Reads the log until `text` is in it. False when the log ends before.
  bool wait_for(const std::string& text) {
    while (text_.find(text) == std::string::npos) {
      if (!read_more()) return false;
    }
    return true;
  }
  void signal(int number) const { ::kill(pid_, number); }
  void close_log() { log_.close(); }

  /// Reads the log to its end and returns the exit code (128 + signal when killed).
  int finish() {
    while (log_.is_open() && read_more()) {
    }
    int status = 0;
    ::waitpid(pid_, &status, 0);
    ended_ = true;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

 private:
  bool read_more() {
    std::array<char, 65536> buffer;
    const ssize_t count = ::read(log_.get(), buffer.data(), buffer.size());
    if (count > 0) text_.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0;
  }

  statelane::FileDescriptor log_;
  pid_t pid_ = -1;
  bool ended_ = false;
  std::string text_;
};
