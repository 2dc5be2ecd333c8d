#pragma once

#include <sys/types.h>

#include <initializer_list>
#include <optional>

#include "process/command.hpp"

namespace statelane::process {

/// A running program that nobody but its own exit ends unless `kill_group` is called: neither the destructor nor a
/// time-out kills it, and if this process dies it runs on. Its standard output and standard error are one descriptor,
/// which must belong to a file: the death of a pipe's reader would kill it by SIGPIPE. It has its own process group, so
/// a signal to ours does not reach it.
class ChildProcess {
 public:
  /// Starts `command`; throws `Error` when that is not possible. The caller keeps `output`.
  ChildProcess(const Command& command, int output);

  pid_t pid() const { return pid_; }

  /// How it ended, once it has; empty while it runs. The caller learns of changes by SIGCHLD.
  std::optional<ExitStatus> try_wait();

  /// Blocks until it has ended.
  ExitStatus wait();

  /// Sends `signal` to this process alone, not to its group. Nothing happens once it is reaped.
  void send(int signal);

  /// Ends it and its whole group at once. For what holds nothing that could be lost.
  void kill_group();

  /// One of `signals` is on its way to the process but not yet taken by it; false when the system does not tell.
  bool has_pending(std::initializer_list<int> signals) const;

 private:
  pid_t pid_;
  std::optional<ExitStatus> status_;
};

/// Reaps children that are not ours but were given to us because this process is number 1 of its container. Does
/// nothing elsewhere. `own` is left alone.
void reap_orphans(std::initializer_list<pid_t> own);

}  // namespace statelane::process
