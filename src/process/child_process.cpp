#include "process/child_process.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <string>

#include "process/spawn.hpp"

namespace statelane::process {

ChildProcess::ChildProcess(const Command& command, int output) : pid_(spawn(command, output, output)) {}

std::optional<ExitStatus> ChildProcess::try_wait() {
  if (!status_) status_ = reap(pid_, false);
  return status_;
}

ExitStatus ChildProcess::wait() {
  if (!status_) status_ = reap(pid_, true);
  return *status_;
}

void ChildProcess::send(int signal) {
  if (!status_) ::kill(pid_, signal);
}

void ChildProcess::kill_group() {
  if (!status_) ::kill(-pid_, SIGKILL);
}

bool ChildProcess::has_pending(std::initializer_list<int> signals) const {
  std::ifstream status(fmt::format("/proc/{}/status", pid_));
  std::uint64_t pending = 0;
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("SigPnd:") || line.starts_with("ShdPnd:")) pending |= std::stoull(line.substr(7), nullptr, 16);
  }
  return std::any_of(signals.begin(), signals.end(), [&](int signal) { return ((pending >> (signal - 1)) & 1) != 0; });
}

void reap_orphans(std::initializer_list<pid_t> own) {
  if (::getpid() != 1) return;
  for (;;) {
    siginfo_t ended{};
    // WNOWAIT looks first: our own child's status is for ChildProcess to take.
    if (::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid == 0) return;
    if (std::find(own.begin(), own.end(), ended.si_pid) != own.end()) return;
    ::waitpid(ended.si_pid, nullptr, WNOHANG);
  }
}

}  // namespace statelane::process
