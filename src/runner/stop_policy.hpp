#pragma once

#include <chrono>
#include <optional>

namespace statelane::runner {

/// When to interrupt Terraform. A second interrupt makes it exit at once and lose data, and some of GitLab's executors
/// signal every process themselves; so at most one is sent, and none where Terraform has already had one.
///
/// A pure state machine: the caller performs the actions and reports the events.
struct StopState {
  enum class Phase {
    running,
    settling,     ///< asked to stop; looking for Terraform's own notice until `deadline`
    interrupted,  ///< Terraform has had its interrupt, from us or from elsewhere
    ended,
  } phase = Phase::running;
  std::chrono::steady_clock::time_point deadline{};

  friend bool operator==(const StopState&, const StopState&) = default;
};

enum class StopEvent {
  stop_signal,       ///< INT, TERM, HUP or QUIT reached us
  interrupt_notice,  ///< Terraform said that it was interrupted, or a signal to it is pending
  tick,              ///< time has passed
  child_ended,
};

enum class StopAction { none, send_interrupt };

struct StopStep {
  StopState state;
  StopAction action = StopAction::none;
};

/// The next state and what to do. `settle` is the time between the first stop signal and the interrupt.
StopStep advance(StopState state, StopEvent event, std::chrono::steady_clock::time_point now,
                 std::chrono::milliseconds settle);

}  // namespace statelane::runner
