#include "cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>

namespace statelane::cli {

namespace {

using namespace std::chrono_literals;

/// Signals are for the thread that works.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

}  // namespace

Progress::Progress(std::string what) : what_(std::move(what)) {
  if (isatty(STDERR_FILENO) != 1) return;
  thread_ = std::thread([this] {
    block_signals();
    show();
  });
}

Progress::~Progress() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_done_ = true;
  }
  done_.notify_one();
  thread_.join();
}

void Progress::show() {
  std::unique_lock lock(mutex_);
  const auto is_done = [this] { return is_done_; };
  if (done_.wait_for(lock, 500ms, is_done)) return;
  const auto start = std::chrono::steady_clock::now() - 500ms;
  do {
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
    fmt::print(stderr, "\r{} … {:.1f} s", what_, passed.count());
  } while (!done_.wait_for(lock, 100ms, is_done));
  fmt::print(stderr, "\r\x1b[K");
}

}  // namespace statelane::cli
