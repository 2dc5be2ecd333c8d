#include "batch/run_batch.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <map>
#include <system_error>

#include "base/error.hpp"
#include "base/file_descriptor.hpp"
#include "process/child_process.hpp"
#include "process/witness.hpp"
#include "runner/stop_policy.hpp"

namespace statelane::batch {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds idle_wait{50};
constexpr milliseconds settle_time{500};  ///< for who signals every process to have signalled the commands too

/// Takes the signals that stop a batch, and the news of children, while it lives.
class Signals {
 public:
  Signals() {
    sigset_t taken;
    sigemptyset(&taken);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD}) sigaddset(&taken, signal);
    ::sigprocmask(SIG_BLOCK, &taken, &old_mask_);
    descriptor_ = FileDescriptor(::signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!descriptor_.is_open()) throw std::system_error(errno, std::generic_category(), "signalfd");
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals() {
    take();
    ::sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
  }

  /// Waits for a signal, or until the time is over; then the stop signals that have come.
  std::vector<int> wait(milliseconds time) {
    std::array<pollfd, 1> watched{pollfd{descriptor_.get(), POLLIN, 0}};
    ::poll(watched.data(), watched.size(), static_cast<int>(time.count()));
    return take();
  }

 private:
  std::vector<int> take() {
    std::vector<int> result;
    signalfd_siginfo arrived{};
    while (::read(descriptor_.get(), &arrived, sizeof arrived) == static_cast<ssize_t>(sizeof arrived)) {
      if (arrived.ssi_signo != SIGCHLD) result.push_back(static_cast<int>(arrived.ssi_signo));
    }
    return result;
  }

  sigset_t old_mask_{};
  FileDescriptor descriptor_;
};

/// A file without a name, gone with its last descriptor; each write appends.
FileDescriptor open_nameless_file() {
  std::error_code fault;
  const std::filesystem::path temporary = std::filesystem::temp_directory_path(fault);
  const std::filesystem::path directory = fault ? "/tmp" : temporary;
  std::string name = (directory / "statelane-XXXXXX").string();
  FileDescriptor result(::mkostemp(name.data(), O_APPEND | O_CLOEXEC));
  if (!result.is_open())
    throw Error(ErrorKind::environment,
                fmt::format("cannot create a file in {}: {}", std::filesystem::path(name).parent_path().string(),
                            std::error_code(errno, std::generic_category()).message()));
  ::unlink(name.c_str());
  return result;
}

/// A command that was started, and what it wrote.
struct Running {
  FileDescriptor output{};
  off_t shown = 0;
  std::optional<process::ChildProcess> child{};
  runner::StopState stop{};
  Clock::time_point start = Clock::now();
};

class Batch {
 public:
  Batch(const std::vector<Task>& tasks, Limits limits, const Display& display)
      : tasks_(tasks), schedule_(slots_of(tasks), limits), display_(display), outcomes_(tasks.size()) {}

  BatchResult run() {
    for (start(); !schedule_.is_over() || !queue_.empty(); start()) {
      take(signals_.wait(idle_wait));
      for (auto& [index, running] : running_) look(index, running);
      show();
      display_.tick(schedule_);
    }
    for (std::size_t index = 0; index < tasks_.size(); ++index) {
      outcomes_[index].progress = schedule_.progress(index);
      if (outcomes_[index].progress == Progress::held_back)
        outcomes_[index].failed_before = schedule_.failed_before(index);
    }
    return {std::move(outcomes_), std::move(stop_signals_)};
  }

 private:
  static std::vector<Slot> slots_of(const std::vector<Task>& tasks) {
    std::vector<Slot> result;
    for (const Task& task : tasks) result.push_back(task.slot);
    return result;
  }

  void start() {
    while (const auto index = schedule_.start_next()) {
      queue_.push_back(*index);
      Running& running = running_[*index];
      try {
        running.output = open_nameless_file();
        running.child.emplace(tasks_[*index].command, running.output.get());
      } catch (const Error& error) {
        outcomes_[*index].fault = error.what();
        end(*index, false);
      }
    }
  }

  void take(const std::vector<int>& signals) {
    if (!signals.empty() && stop_signals_.empty()) {
      schedule_.stop();
      display_.stopping(signals.front(), schedule_.count(Progress::running));
    }
    stop_signals_.insert(stop_signals_.end(), signals.begin(), signals.end());
  }

  void look(std::size_t index, Running& running) {
    if (schedule_.progress(index) != Progress::running) return;
    if (const auto status = running.child->try_wait()) {
      outcomes_[index].status = status;
      outcomes_[index].was_stopped = !stop_signals_.empty() && !status->succeeded();
      outcomes_[index].time = std::chrono::duration_cast<milliseconds>(Clock::now() - running.start);
      end(index, status->succeeded());
    } else if (!stop_signals_.empty()) {
      police(running);
    }
  }

  /// At most one interrupt, and none for a command that has had one.
  void police(Running& running) {
    using runner::StopEvent;
    const Clock::time_point now = Clock::now();
    running.stop = advance(running.stop, StopEvent::stop_signal, now, settle_time).state;
    const bool has_had_one = witness_.was_signalled() || running.child->has_pending({SIGINT, SIGTERM});
    const auto step =
        advance(running.stop, has_had_one ? StopEvent::interrupt_notice : StopEvent::tick, now, settle_time);
    running.stop = step.state;
    if (step.action == runner::StopAction::send_interrupt) running.child->send(SIGINT);
  }

  void end(std::size_t index, bool succeeded) {
    schedule_.finish(index, succeeded);
    outcomes_[index].progress = schedule_.progress(index);
  }

  /// Shows what there is of the first in the queue, and goes on to the next ones where it has ended.
  void show() {
    while (!queue_.empty()) {
      const std::size_t index = queue_.front();
      Running& running = running_.at(index);
      if (!has_begun_) display_.begin(index);
      has_begun_ = true;
      const bool has_ended = schedule_.progress(index) != Progress::running;
      relay(running);
      if (!has_ended) return;
      display_.end(index, outcomes_[index]);
      running_.erase(index);
      queue_.pop_front();
      has_begun_ = false;
    }
  }

  void relay(Running& running) {
    for (;;) {
      const ssize_t count = ::pread(running.output.get(), buffer_.data(), buffer_.size(), running.shown);
      if (count <= 0) return;
      running.shown += count;
      display_.text({buffer_.data(), static_cast<std::size_t>(count)});
    }
  }

  const std::vector<Task>& tasks_;
  Schedule schedule_;
  const Display& display_;
  std::vector<Outcome> outcomes_;
  std::vector<int> stop_signals_;
  Signals signals_;           // blocked before any process is started
  process::Witness witness_;  // before the commands: nobody can signal every process while there is none
  std::map<std::size_t, Running> running_;
  std::deque<std::size_t> queue_;  ///< started and not yet shown to their end
  bool has_begun_ = false;         ///< the first of them
  std::array<char, 65536> buffer_{};
};

}  // namespace

BatchResult run_batch(const std::vector<Task>& tasks, Limits limits, const Display& display) {
  return Batch(tasks, limits, display).run();
}

}  // namespace statelane::batch
