#pragma once

#include <chrono>
#include <csignal>
#include <filesystem>
#include <vector>

#include "process/child_process.hpp"
#include "process/command.hpp"
#include "process/file_descriptor.hpp"
#include "process/witness.hpp"
#include "runner/job_log.hpp"
#include "runner/output_relay.hpp"
#include "runner/stop_policy.hpp"

namespace statelane::runner {

/// What became of a supervised program.
struct Supervised {
  bool started = false;  ///< false: a stop signal had come before
  process::ExitStatus status{};
  bool interrupt_sent = false;  ///< by us
  bool notice_seen = false;     ///< it had been interrupted by somebody else, or said so itself
};

/// Runs programs that must not lose what they do, one after the other. While it lives, INT, TERM, HUP and QUIT are
/// taken only in its waits, and PIPE is ignored; the process must have no other thread. A program gets at most one
/// interrupt, by `StopPolicy`'s rules, and is never killed; after a stop signal no further one is started.
class Supervisor {
 public:
  Supervisor(JobLog& log, std::chrono::milliseconds settle_time);
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;
  ~Supervisor();

  /// Runs `command` to its end with both streams in `output_file`, relayed to the log; where the log is cut it points
  /// to `kept_as` (empty: `output_file`). Throws `Error` when the program cannot start.
  Supervised run(const process::Command& command, const std::filesystem::path& output_file,
                 const std::filesystem::path& kept_as = {});

  /// A stop signal has come.
  bool is_stopping();

  /// Waits; false at once when a stop signal comes.
  bool pause(std::chrono::milliseconds time);

  /// The stop signals in the order in which they came.
  const std::vector<int>& stop_signals() const { return stop_signals_; }

 private:
  void wait(std::chrono::milliseconds time, bool for_log);
  void take_signals();
  /// What is running, and what tells of it.
  struct Watched {
    process::ChildProcess& child;
    process::Witness& witness;
    OutputRelay& output;
  };
  void follow(Watched watched, Supervised& result);
  void police(Watched watched, Supervised& result);
  bool is_interrupted(Watched watched) const;

  JobLog& log_;
  std::chrono::milliseconds settle_time_;
  sigset_t old_mask_{};
  struct sigaction old_pipe_ {};
  process::FileDescriptor signals_;
  std::vector<int> stop_signals_;
  StopState stop_;
};

}  // namespace statelane::runner
