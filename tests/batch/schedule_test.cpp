#include "batch/schedule.hpp"

#include <doctest/doctest.h>

#include <random>

using statelane::batch::Progress;
using statelane::batch::Schedule;

TEST_CASE("what comes after another one starts when that has succeeded") {
  Schedule schedule({{"a", {1}}, {"b"}}, {.parallel = 2});
  CHECK(schedule.start_next() == 1);
  CHECK_FALSE(schedule.start_next().has_value());
  CHECK_FALSE(schedule.is_over());
  schedule.finish(1, true);
  CHECK(schedule.start_next() == 0);
  schedule.finish(0, true);
  CHECK(schedule.is_over());
  CHECK(schedule.count(Progress::succeeded) == 2);
}

TEST_CASE("those of one place run in turn, and others beside them") {
  Schedule schedule({{"dir"}, {"dir"}, {"other"}}, {.parallel = 3});
  CHECK(schedule.start_next() == 0);
  CHECK(schedule.start_next() == 2);
  CHECK_FALSE(schedule.start_next().has_value());
  schedule.finish(0, true);
  CHECK(schedule.start_next() == 1);
}

TEST_CASE("after a failure nothing starts, and what runs may end") {
  Schedule schedule({{"a"}, {"b"}, {"c"}}, {.parallel = 2});
  CHECK(schedule.start_next() == 0);
  CHECK(schedule.start_next() == 1);
  schedule.finish(0, false);
  CHECK_FALSE(schedule.start_next().has_value());
  CHECK_FALSE(schedule.is_over());
  schedule.finish(1, true);
  CHECK(schedule.is_over());
  CHECK(schedule.progress(2) == Progress::waiting);
}

TEST_CASE("with keep_going only what waits for the failed one is held back, and knows for which") {
  Schedule schedule({{"a"}, {"b", {0}}, {"c", {1}}, {"d"}}, {.keep_going = true});
  CHECK(schedule.start_next() == 0);
  schedule.finish(0, false);
  CHECK(schedule.progress(2) == Progress::held_back);
  CHECK(schedule.failed_before(2) == 0);
  CHECK(schedule.start_next() == 3);
  schedule.finish(3, true);
  CHECK(schedule.is_over());
}

TEST_CASE("a circle is broken where it is met first") {
  Schedule schedule({{"a", {1}}, {"b", {0}}}, {.parallel = 2});
  CHECK(schedule.start_next() == 0);
  CHECK_FALSE(schedule.start_next().has_value());
  schedule.finish(0, true);
  CHECK(schedule.start_next() == 1);
}

TEST_CASE("whatever the order, every one that can run runs once, and none before those it comes after") {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    const std::size_t count = 1 + random() % 12;
    std::vector<statelane::batch::Slot> slots(count);
    for (std::size_t index = 0; index < count; ++index) {
      slots[index].place = std::to_string(random() % 4);
      for (std::size_t before = 0; before < index; ++before)
        if (random() % 4 == 0) slots[index].after.push_back(before);
    }
    const std::size_t parallel = 1 + random() % 4;
    Schedule schedule(slots, {.parallel = parallel, .keep_going = true});
    std::vector<std::size_t> running;
    std::vector<int> starts(count, 0);
    while (!schedule.is_over()) {
      while (const auto next = schedule.start_next()) {
        ++starts[*next];
        for (const std::size_t before : slots[*next].after) CHECK(schedule.progress(before) == Progress::succeeded);
        for (const std::size_t other : running) CHECK(slots[other].place != slots[*next].place);
        running.push_back(*next);
      }
      CHECK(running.size() <= parallel);
      REQUIRE_FALSE(running.empty());
      const std::size_t ended = random() % running.size();
      schedule.finish(running[ended], random() % 5 != 0);
      running.erase(running.begin() + static_cast<std::ptrdiff_t>(ended));
    }
    for (std::size_t index = 0; index < count; ++index) {
      const bool is_held_back = schedule.progress(index) == Progress::held_back;
      CHECK(starts[index] == (is_held_back ? 0 : 1));
      if (is_held_back) CHECK(schedule.progress(schedule.failed_before(index)) == Progress::failed);
    }
  }
}
