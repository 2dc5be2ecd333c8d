#include "process/command.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>

#include "base/file_descriptor.hpp"
#include "process/spawn.hpp"

namespace statelane::process {

namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  FileDescriptor read;
  FileDescriptor write;
};

Pipe open_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  Pipe result{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return result;
}

/// The child of one question: killed with its group if it is still there at the end of the scope.
class Asked {
 public:
  explicit Asked(pid_t pid) : pid_(pid) {}
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;
  ~Asked() {
    if (!status_) kill();
  }

  bool has_ended() {
    if (!status_) status_ = reap(pid_, false);
    return status_.has_value();
  }
  void kill() {
    ::kill(-pid_, SIGKILL);
    status_ = reap(pid_, true);
  }
  ExitStatus status() const { return *status_; }

 private:
  pid_t pid_;
  std::optional<ExitStatus> status_;
};

/// Reads what is there now, at most 2 MiB: more than a pipe holds, and little enough to come back to the clock when the
/// program writes without end. Closes `source` at the end of the stream.
void drain(FileDescriptor& source, const std::function<void(std::string_view)>& sink) {
  std::array<char, 65536> buffer;
  for (int turn = 0; turn < 32; ++turn) {
    const ssize_t count = ::read(source.get(), buffer.data(), buffer.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) return source.close();
    sink({buffer.data(), static_cast<std::size_t>(count)});
  }
}

/// Waits until one of the pipes has something, or `time` is over; a closed one is not waited for.
void await_output(const FileDescriptor& out, const FileDescriptor& err, std::chrono::milliseconds time) {
  std::array<pollfd, 2> watched{pollfd{out.get(), POLLIN, 0}, pollfd{err.get(), POLLIN, 0}};
  ::poll(watched.data(), watched.size(), static_cast<int>(time.count()));
}

}  // namespace

Captured run_streamed(const Command& command, const Patience& patience,
                      const std::function<void(std::string_view)>& on_output) {
  std::string errors;
  Captured result = run_streamed(command, patience, on_output, [&](std::string_view bytes) { errors.append(bytes); });
  result.err = std::move(errors);
  return result;
}

Captured run_streamed(const Command& command, const Patience& patience,
                      const std::function<void(std::string_view)>& on_output,
                      const std::function<void(std::string_view)>& on_errors) {
  Pipe out = open_pipe();
  Pipe err = open_pipe();
  Asked child(spawn(command, out.write.get(), err.write.get()));
  out.write.close();
  err.write.close();
  Captured result;
  const Clock::time_point deadline = Clock::now() + patience.time;
  for (bool ended = false; !ended;) {
    const bool open = out.read.is_open() || err.read.is_open();
    // With both pipes closed only the exit is left to wait for; an exit with open pipes means that a grandchild holds
    // them.
    await_output(out.read, err.read, std::chrono::milliseconds(open ? 20 : 1));
    ended = child.has_ended();
    if (out.read.is_open()) drain(out.read, on_output);
    if (err.read.is_open()) drain(err.read, on_errors);
    if (!ended && (Clock::now() >= deadline || (patience.is_over && patience.is_over()))) {
      child.kill();
      result.timed_out = true;
      ended = true;
    }
  }
  result.status = child.status();
  return result;
}

std::string signal_name(int signal) {
  const char* const name = ::sigabbrev_np(signal);
  return name == nullptr ? std::to_string(signal) : name;
}

Captured run_captured(const Command& command, const Patience& patience) {
  std::string out;
  Captured result = run_streamed(command, patience, [&](std::string_view bytes) { out.append(bytes); });
  result.out = std::move(out);
  return result;
}

}  // namespace statelane::process
