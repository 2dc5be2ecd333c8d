#include "runner/supervise.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace statelane::runner {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// How long new output may lie in the file unseen: short while there is much, long enough to cost nothing.
constexpr milliseconds busy_wait{2};
constexpr milliseconds idle_wait{50};

sigset_t taken_signals() {
  sigset_t result;
  sigemptyset(&result);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD}) sigaddset(&result, signal);
  return result;
}

}  // namespace

Supervisor::Supervisor(JobLog& log, milliseconds settle_time) : log_(log), settle_time_(settle_time) {
  const sigset_t taken = taken_signals();
  ::sigprocmask(SIG_BLOCK, &taken, &old_mask_);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, &old_pipe_);
  signals_ = process::FileDescriptor(::signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals_.is_open()) throw std::system_error(errno, std::generic_category(), "signalfd");
}

Supervisor::~Supervisor() {
  take_signals();
  ::sigaction(SIGPIPE, &old_pipe_, nullptr);
  ::sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
}

void Supervisor::take_signals() {
  signalfd_siginfo arrived{};
  while (::read(signals_.get(), &arrived, sizeof arrived) == static_cast<ssize_t>(sizeof arrived)) {
    const int signal = static_cast<int>(arrived.ssi_signo);
    if (signal == SIGCHLD) continue;
    stop_signals_.push_back(signal);
    stop_ = advance(stop_, StopEvent::stop_signal, Clock::now(), settle_time_).state;
  }
}

bool Supervisor::is_stopping() {
  take_signals();
  return !stop_signals_.empty();
}

void Supervisor::wait(milliseconds time, bool for_log) {
  std::array<pollfd, 2> watched{pollfd{signals_.get(), POLLIN, 0},
                                pollfd{for_log ? log_.descriptor() : -1, POLLOUT, 0}};
  ::poll(watched.data(), watched.size(), static_cast<int>(time.count()));
  take_signals();
}

bool Supervisor::pause(milliseconds time) {
  const Clock::time_point end = Clock::now() + time;
  while (!is_stopping() && Clock::now() < end) {
    wait(std::chrono::ceil<milliseconds>(end - Clock::now()), false);
  }
  return !is_stopping();
}

Supervised Supervisor::run(const process::Command& command, const std::filesystem::path& output_file,
                           const std::filesystem::path& kept_as) {
  if (is_stopping()) return {};
  stop_ = {};
  OutputRelay output(log_, output_file, kept_as.empty() ? output_file : kept_as);
  process::Witness witness;  // before the program: nobody can signal every process while there is none
  process::ChildProcess child(command, output.descriptor());
  Supervised result;
  result.started = true;
  follow({child, witness, output}, result);
  output.finish();
  result.notice_seen = result.notice_seen || output.has_notice();
  return result;
}

void Supervisor::follow(Watched watched, Supervised& result) {
  process::ChildProcess& child = watched.child;
  OutputRelay& output = watched.output;
  milliseconds time = busy_wait;
  bool log_keeps_waiting = false;
  for (;;) {
    wait(time, log_keeps_waiting);
    process::reap_orphans(child.pid());
    const std::optional<process::ExitStatus> ended = child.try_wait();
    time = output.look() ? busy_wait : std::min(time * 2, idle_wait);
    log_keeps_waiting = !output.pump();
    if (ended) {
      result.status = *ended;
      stop_ = advance(stop_, StopEvent::child_ended, Clock::now(), settle_time_).state;
      return;
    }
    police(watched, result);
  }
}

bool Supervisor::is_interrupted(Watched watched) const {
  if (watched.output.has_notice()) return true;
  if (stop_.phase != StopState::Phase::settling) return false;
  // A signal that it has not taken yet, say because it is starved or frozen, is an interrupt as well. One that it has
  // taken and not yet told of, as Terraform does while it loads, shows only by everybody having got it.
  return watched.child.has_pending({SIGINT, SIGTERM}) || watched.witness.was_signalled();
}

void Supervisor::police(Watched watched, Supervised& result) {
  if (stop_.phase == StopState::Phase::interrupted) return;
  const bool interrupted = is_interrupted(watched);
  const StopEvent event = interrupted ? StopEvent::interrupt_notice : StopEvent::tick;
  const StopStep step = advance(stop_, event, Clock::now(), settle_time_);
  stop_ = step.state;
  result.notice_seen = result.notice_seen || interrupted;
  if (step.action != StopAction::send_interrupt) return;
  watched.child.send(SIGINT);
  result.interrupt_sent = true;
  log_.write_some(fmt::format("statelane: asked to stop by signal {}; one interrupt sent, waiting for the end\n",
                              process::signal_name(stop_signals_.front())));
}

}  // namespace statelane::runner
