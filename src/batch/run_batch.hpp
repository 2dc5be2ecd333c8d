#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "batch/schedule.hpp"
#include "process/command.hpp"

namespace statelane::batch {

/// One command, and when it may run.
struct Task {
  std::string id;  ///< what it is run for, as the reader knows it
  Slot slot{};
  process::Command command{};
};

/// What became of a task.
struct Outcome {
  Progress progress = Progress::waiting;        ///< at the end: `waiting` was never started
  std::optional<process::ExitStatus> status{};  ///< how it ended; empty: it was not started, or could not be
  std::string fault{};                          ///< why it could not be started; empty: it could
  std::optional<std::size_t> failed_before{};   ///< of what was held back: the task that failed
  std::chrono::milliseconds time{};
  bool was_stopped = false;  ///< it ended after it had been asked to stop
};

/// What is shown meanwhile. Tasks are shown whole, one after the other, in the order in which they started: the first
/// of those that run as it comes, the others when it is their turn.
struct Display {
  std::function<void(std::size_t task)> begin;
  std::function<void(std::string_view text)> text;  ///< both streams of the task that has begun
  std::function<void(std::size_t task, const Outcome&)> end;
  std::function<void(const Schedule&)> tick;                      ///< now and then
  std::function<void(int signal, std::size_t running)> stopping;  ///< once, when the first stop signal has come
};

/// What became of all of them, by index, and the stop signals that came, in order.
struct BatchResult {
  std::vector<Outcome> outcomes;
  std::vector<int> stop_signals{};
};

/// Runs each task's command, both its streams in a file, its input from the null device. INT, TERM, HUP and QUIT stop
/// the batch: nothing more is started, and each command that runs is sent one INT, unless it has been signalled itself,
/// as by ^C or where a job's end signals every process. It is waited for, and never killed. Meanwhile this process must
/// have no other thread.
BatchResult run_batch(const std::vector<Task>& tasks, Limits limits, const Display& display);

}  // namespace statelane::batch
