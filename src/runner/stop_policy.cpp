#include "runner/stop_policy.hpp"

namespace statelane::runner {

namespace {

using Phase = StopState::Phase;

StopStep on_tick(StopState state, std::chrono::steady_clock::time_point now) {
  if (state.phase != Phase::settling || now < state.deadline) return {state, StopAction::none};
  state.phase = Phase::interrupted;
  return {state, StopAction::send_interrupt};
}

}  // namespace

StopStep advance(StopState state, StopEvent event, std::chrono::steady_clock::time_point now,
                 std::chrono::milliseconds settle) {
  if (state.phase == Phase::ended) return {state, StopAction::none};
  switch (event) {
    case StopEvent::stop_signal:
      if (state.phase == Phase::running) state = {Phase::settling, now + settle};
      return {state, StopAction::none};
    case StopEvent::interrupt_notice: state.phase = Phase::interrupted; return {state, StopAction::none};
    case StopEvent::tick: return on_tick(state, now);
    case StopEvent::child_ended: state.phase = Phase::ended; return {state, StopAction::none};
  }
  return {state, StopAction::none};
}

}  // namespace statelane::runner
