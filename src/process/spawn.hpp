#pragma once

#include <sys/types.h>

#include "process/command.hpp"

namespace statelane::process {

/// Starts `command` with the given descriptors as standard output and standard error, in a process group of its own,
/// with an empty signal mask and default dispositions, but a SIGHUP that this process ignores is ignored by the program
/// too, as `nohup` has it; standard input is `input`, or the null device when that is -1.
/// An ignored SIGCHLD of this process is reset, since the kernel would throw the exit status away. Throws `Error`:
/// not_found (127), cannot_execute (126), environment (the directory cannot be entered).
pid_t spawn(const Command& command, int output, int errors, int input = -1);

/// Reaps `pid` if it has ended; waits for that when `block`. Empty while it runs.
std::optional<ExitStatus> reap(pid_t pid, bool block);

}  // namespace statelane::process
