#include "process/witness.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace statelane::process {

namespace {

/// The witness itself: only calls that are safe after fork.
[[noreturn]] void watch(int life, int news) {
  ::setpgid(0, 0);
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGINT);
  sigaddset(&stops, SIGTERM);
  sigset_t all;
  sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  const int signals = ::signalfd(-1, &stops, 0);
  // Whoever waits for the end of our output waits for us, not for it.
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::close(standard);
  std::array<pollfd, 2> watched{pollfd{life, POLLIN, 0}, pollfd{signals, POLLIN, 0}};
  while (::poll(watched.data(), watched.size(), -1) < 0 && errno == EINTR) {
  }
  const bool is_told = watched[1].revents != 0 && ::write(news, "!", 1) == 1;
  ::_exit(is_told ? 0 : 1);
}

}  // namespace

Witness::Witness() {
  std::array<int, 2> life{};
  std::array<int, 2> news{};
  if (::pipe2(life.data(), O_CLOEXEC) != 0) return;
  FileDescriptor life_read(life[0]);
  life_ = FileDescriptor(life[1]);
  if (::pipe2(news.data(), O_CLOEXEC | O_NONBLOCK) != 0) return;
  news_ = FileDescriptor(news[0]);
  FileDescriptor news_write(news[1]);
  // Blocked before the fork, so that no signal is lost between it and the witness's own mask.
  sigset_t all;
  sigset_t old;
  sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, &old);
  pid_ = ::fork();
  if (pid_ == 0) {
    life_.close();
    watch(life_read.get(), news_write.get());
  }
  if (pid_ > 0) ::setpgid(pid_, pid_);
  ::sigprocmask(SIG_SETMASK, &old, nullptr);
}

Witness::~Witness() {
  life_.close();
  if (pid_ <= 0) return;
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool Witness::was_signalled() {
  char byte = 0;
  if (pid_ > 0 && !was_signalled_) was_signalled_ = ::read(news_.get(), &byte, 1) == 1;
  return was_signalled_;
}

}  // namespace statelane::process
