#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace statelane::process {

/// What to run: by argument vector, never through a shell. Standard input is the null device.
struct Command {
  std::vector<std::string> argv{};  ///< argv[0] is looked up on PATH unless it holds a slash
  std::map<std::string, std::optional<std::string>> environment{};  ///< changes to the inherited one; empty removes
  std::filesystem::path directory{};                                ///< empty: the current one
  bool own_session = false;  ///< and not only a process group: no terminal's signal reaches it
};

/// How a process ended.
struct ExitStatus {
  enum class Kind { exited, signaled } kind = Kind::exited;
  int value = 0;  ///< the exit code, or the signal's number

  static ExitStatus exited(int code) { return {Kind::exited, code}; }
  static ExitStatus signaled(int signal) { return {Kind::signaled, signal}; }
  bool succeeded() const { return kind == Kind::exited && value == 0; }
  /// The shell's convention: the code, or 128 + signal.
  int code() const { return kind == Kind::exited ? value : 128 + value; }

  friend bool operator==(const ExitStatus&, const ExitStatus&) = default;
};

/// `TERM` for SIGTERM; the number of a signal that has no name.
std::string signal_name(int signal);

/// What a short-lived program printed.
struct Captured {
  ExitStatus status;
  std::string out;
  std::string err;
  bool timed_out = false;  ///< it was killed because the time was over
};

/// How long an answer is waited for.
struct Patience {
  std::chrono::milliseconds time;
  std::function<bool()> is_over{};  ///< asked now and then: nobody wants the answer any more

  template <typename Rep, typename Period>
  Patience(std::chrono::duration<Rep, Period> most) : time(most) {}
  Patience(std::chrono::milliseconds most, std::function<bool()> over) : time(most), is_over(std::move(over)) {}
};

/// Runs a program to its end and collects what it prints. For questions asked of tools (`git`, `terraform version`),
/// never for something that must not be killed: when the patience is over, its whole process group is. A grandchild
/// that keeps the pipes open does not delay the answer. Throws `Error` (not_found or cannot_execute) when it cannot be
/// started.
Captured run_captured(const Command& command, const Patience& patience);

/// Like `run_captured`, but hands standard output to `on_output` piece by piece instead of keeping it; `out` stays
/// empty. An exception of `on_output` ends the program and passes through.
Captured run_streamed(const Command& command, const Patience& patience,
                      const std::function<void(std::string_view)>& on_output);

/// The same, with both streams handed on.
Captured run_streamed(const Command& command, const Patience& patience,
                      const std::function<void(std::string_view)>& on_output,
                      const std::function<void(std::string_view)>& on_errors);

}  // namespace statelane::process
