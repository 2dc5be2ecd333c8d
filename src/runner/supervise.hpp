#pragma once

#include <chrono>
#include <csignal>
#include <string>
#include <vector>

#include "base/file_descriptor.hpp"
#include "base/files.hpp"
#include "process/child_process.hpp"
#include "process/command.hpp"
#include "process/process_group.hpp"
#include "process/witness.hpp"
#include "runner/job_log.hpp"
#include "runner/output_relay.hpp"
#include "runner/stop_policy.hpp"

namespace statelane::runner {

/// How a program is stopped: asked by one interrupt, or killed with its group, since it holds and writes nothing.
enum class StopWay { by_interrupt, at_once };

/// What became of a supervised program.
struct Supervised {
  bool started = false;  ///< false: a stop signal had come before
  process::ExitStatus status{};
  bool interrupt_sent = false;  ///< by us
  bool notice_seen = false;     ///< it had been interrupted by somebody else, or said so itself
  bool ended_at_once = false;   ///< by us, by `StopWay::at_once`
};

/// Runs programs that must not lose what they do, one after the other. While it lives, INT, TERM, HUP and QUIT are
/// taken only in its waits, PIPE is ignored, and HUP is ignored by the programs (a terminal or a session that goes away
/// would kill Terraform); the process must have no other thread. A program gets at most one interrupt, by
/// `StopPolicy`'s rules, and is never killed unless it holds nothing; after a stop signal no further one is started.
class Supervisor {
 public:
  Supervisor(JobLog& log, std::chrono::milliseconds settle_time);
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;
  ~Supervisor();

  /// Runs `command` to its end with both streams in `output_file`, relayed to the log; where the log is cut it points
  /// to `kept_as`. Throws `Error` when the program cannot start.
  Supervised run(const process::Command& command, const files::Place& output_file, const std::string& kept_as,
                 StopWay way = StopWay::by_interrupt);

  /// Ends providers that a program which did not end by itself has left behind, with the job's credentials in their
  /// environment, and tells them and whatever else of its group still runs.
  void end_left_providers();

  /// A stop signal has come.
  bool is_stopping();

  /// Waits for at most `time`, or until a signal comes, of a child that ended as well.
  void watch(std::chrono::milliseconds time);

  /// Names a child of the caller's own that runs beside the programs: it is left to the caller. -1: there is none.
  void leave_alone(pid_t companion) { companion_ = companion; }

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
  void stop(Watched watched, Supervised& result);
  std::vector<process::GroupMember> await_providers(std::chrono::milliseconds time);
  bool is_interrupted(Watched watched) const;

  JobLog& log_;
  std::chrono::milliseconds settle_time_;
  sigset_t old_mask_{};
  struct sigaction old_pipe_ {};
  struct sigaction old_hang_up_ {};
  FileDescriptor signals_;
  std::vector<int> stop_signals_;
  StopState stop_;
  StopWay way_ = StopWay::by_interrupt;
  pid_t last_group_ = -1;
  pid_t companion_ = -1;
};

}  // namespace statelane::runner
