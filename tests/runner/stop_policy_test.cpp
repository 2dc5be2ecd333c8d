#include "runner/stop_policy.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using statelane::runner::advance;
using statelane::runner::StopAction;
using statelane::runner::StopEvent;
using statelane::runner::StopState;

namespace {

using Time = std::chrono::steady_clock::time_point;
constexpr auto settle = 100ms;

/// One step of a history: an event, and the time since the step before.
struct Step {
  StopEvent event;
  std::chrono::milliseconds after;
};

/// Every event, at once and later than the settle time.
const std::vector<Step> steps = {
    {StopEvent::stop_signal, 0ms},        {StopEvent::stop_signal, 150ms}, {StopEvent::interrupt_notice, 0ms},
    {StopEvent::interrupt_notice, 150ms}, {StopEvent::tick, 0ms},          {StopEvent::tick, 150ms},
    {StopEvent::child_ended, 0ms},        {StopEvent::child_ended, 150ms},
};

/// What must be true of a history, told without the machine's own states.
struct History {
  int interrupts = 0;
  bool asked = false, noticed = false, ended = false;
  Time asked_at{};
};

struct Walk {
  StopState state;
  Time now{};
  History history;
};

Walk take(Walk walk, const Step& step) {
  walk.now += step.after;
  const auto [state, action] = advance(walk.state, step.event, walk.now, settle);
  walk.state = state;
  History& history = walk.history;
  const bool due = history.asked && !history.noticed && !history.ended && history.interrupts == 0 &&
                   step.event == StopEvent::tick && walk.now >= history.asked_at + settle;
  REQUIRE((action == StopAction::send_interrupt) == due);
  if (action == StopAction::send_interrupt) ++history.interrupts;
  REQUIRE(history.interrupts <= 1);
  if (step.event == StopEvent::stop_signal && !history.asked) {
    history.asked = true;
    history.asked_at = walk.now;
  }
  if (step.event == StopEvent::interrupt_notice) history.noticed = true;
  if (step.event == StopEvent::child_ended) history.ended = true;
  return walk;
}

int explore(const Walk& walk, int depth) {
  if (depth == 0) return 1;
  int histories = 0;
  for (const Step& step : steps) histories += explore(take(walk, step), depth - 1);
  return histories;
}

}  // namespace

TEST_CASE("over all histories of up to six events there is one interrupt when it is due, and never another") {
  CHECK(explore({}, 6) == 8 * 8 * 8 * 8 * 8 * 8);
}

TEST_CASE("a stop signal is followed by one interrupt after the settle time when Terraform says nothing") {
  StopState state;
  const Time start{};
  state = advance(state, StopEvent::stop_signal, start, settle).state;
  CHECK(advance(state, StopEvent::tick, start + 99ms, settle).action == StopAction::none);
  CHECK(advance(state, StopEvent::tick, start + 100ms, settle).action == StopAction::send_interrupt);
}

TEST_CASE("nothing is sent when Terraform was interrupted before or after the stop signal") {
  const Time start{};
  const auto noticed_first = advance({}, StopEvent::interrupt_notice, start, settle).state;
  const auto then_asked = advance(noticed_first, StopEvent::stop_signal, start, settle).state;
  CHECK(advance(then_asked, StopEvent::tick, start + 1h, settle).action == StopAction::none);

  const auto asked_first = advance({}, StopEvent::stop_signal, start, settle).state;
  const auto then_noticed = advance(asked_first, StopEvent::interrupt_notice, start + 50ms, settle).state;
  CHECK(advance(then_noticed, StopEvent::tick, start + 1h, settle).action == StopAction::none);
}

TEST_CASE("later stop signals do not move the deadline") {
  const Time start{};
  auto state = advance({}, StopEvent::stop_signal, start, settle).state;
  state = advance(state, StopEvent::stop_signal, start + 90ms, settle).state;
  CHECK(state.deadline == start + settle);
}
