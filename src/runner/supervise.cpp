#include "runner/supervise.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "base/escape.hpp"

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
  signals_ = FileDescriptor(::signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals_.is_open()) throw std::system_error(errno, std::generic_category(), "signalfd");
  // Blocked, it still comes here. Ignoring drops one that has come before.
  take_signals();
  ::sigaction(SIGHUP, &ignore, &old_hang_up_);
}

Supervisor::~Supervisor() {
  take_signals();
  ::sigaction(SIGHUP, &old_hang_up_, nullptr);
  ::sigaction(SIGPIPE, &old_pipe_, nullptr);
  ::sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
}

void Supervisor::take_signals() {
  signalfd_siginfo arrived{};
  while (::read(signals_.get(), &arrived, sizeof arrived) == static_cast<ssize_t>(sizeof arrived)) {
    const int signal = static_cast<int>(arrived.ssi_signo);
    if (signal == SIGCHLD) continue;
    stop_signals_.push_back(signal);
    const milliseconds settle = way_ == StopWay::at_once ? milliseconds(0) : settle_time_;
    stop_ = advance(stop_, StopEvent::stop_signal, Clock::now(), settle).state;
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

void Supervisor::watch(milliseconds time) { wait(time, false); }

bool Supervisor::pause(milliseconds time) {
  const Clock::time_point end = Clock::now() + time;
  while (!is_stopping() && Clock::now() < end) {
    wait(std::chrono::ceil<milliseconds>(end - Clock::now()), false);
  }
  return !is_stopping();
}

Supervised Supervisor::run(const process::Command& command, const files::Place& output_file, const std::string& kept_as,
                           StopWay way) {
  if (is_stopping()) return {};
  stop_ = {};
  way_ = way;
  OutputRelay output(log_, output_file, kept_as);
  process::Witness witness;  // before the program: nobody can signal every process while there is none
  process::ChildProcess child(command, output.descriptor());
  last_group_ = child.pid();
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
    process::reap_orphans({child.pid(), companion_});
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
  stop(watched, result);
}

void Supervisor::stop(Watched watched, Supervised& result) {
  if (way_ == StopWay::at_once) {
    watched.child.kill_group();
    result.ended_at_once = true;
    return;
  }
  watched.child.send(SIGINT);
  result.interrupt_sent = true;
  log_.write_some(fmt::format("statelane: asked to stop by signal {}; one interrupt sent, waiting for the end\n",
                              process::signal_name(stop_signals_.front())));
}

namespace {

/// Terraform and OpenTofu name them so; what a provisioner started is not ours to end.
bool is_provider(const process::GroupMember& member) { return member.program.starts_with("terraform-provider-"); }

}  // namespace

std::vector<process::GroupMember> Supervisor::await_providers(milliseconds time) {
  const Clock::time_point end = Clock::now() + time;
  for (;;) {
    std::vector<process::GroupMember> left = process::find_group_members(last_group_);
    std::erase_if(left, [](const auto& member) { return !is_provider(member); });
    if (left.empty() || Clock::now() >= end) return left;
    wait(idle_wait, false);
  }
}

void Supervisor::end_left_providers() {
  // One that was at work ends with its connection.
  constexpr milliseconds grace{2000};
  const std::vector<process::GroupMember> providers = await_providers(grace);
  for (const process::GroupMember& provider : providers) {
    ::kill(provider.pid, SIGTERM);
    log_.line(fmt::format("statelane: {} (process {}) was left running and is ended",
                          escape_for_terminal(provider.program), provider.pid));
  }
  if (!providers.empty()) await_providers(grace);
  for (const process::GroupMember& member : process::find_group_members(last_group_)) {
    log_.line(fmt::format("statelane: {} (process {}) still runs", escape_for_terminal(member.program), member.pid));
  }
}

}  // namespace statelane::runner
