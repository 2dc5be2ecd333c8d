#include "batch/schedule.hpp"

#include <algorithm>
#include <utility>

namespace statelane::batch {

Schedule::Schedule(std::vector<Slot> slots, Limits limits)
    : slots_(std::move(slots)), limits_(limits), progress_(slots_.size(), Progress::waiting) {}

bool Schedule::is_ready(std::size_t index) const {
  return std::ranges::all_of(slots_[index].after,
                             [&](std::size_t before) { return progress_[before] == Progress::succeeded; });
}

bool Schedule::may_start(std::size_t index) const {
  return progress_[index] == Progress::waiting && !used_places_.contains(slots_[index].place);
}

std::optional<std::size_t> Schedule::find_next() const {
  if (is_stopped_ || running_ >= limits_.parallel) return std::nullopt;
  std::optional<std::size_t> in_a_circle;
  for (std::size_t index = 0; index < slots_.size(); ++index) {
    if (!may_start(index)) continue;
    if (is_ready(index)) return index;
    if (!in_a_circle) in_a_circle = index;
  }
  // When nothing runs and each waits for another one they wait in a circle, which is broken where it is met first.
  return running_ == 0 ? in_a_circle : std::nullopt;
}

std::optional<std::size_t> Schedule::start_next() {
  const std::optional<std::size_t> next = find_next();
  if (!next) return next;
  progress_[*next] = Progress::running;
  used_places_.insert(slots_[*next].place);
  ++running_;
  return next;
}

void Schedule::finish(std::size_t index, bool succeeded) {
  progress_[index] = succeeded ? Progress::succeeded : Progress::failed;
  used_places_.erase(slots_[index].place);
  --running_;
  if (succeeded) return;
  if (limits_.keep_going) {
    hold_back();
  } else {
    stop();
  }
}

void Schedule::hold_back() {
  const auto is_lost = [&](std::size_t index) {
    return progress_[index] == Progress::failed || progress_[index] == Progress::held_back;
  };
  for (bool has_changed = true; has_changed;) {
    has_changed = false;
    for (std::size_t index = 0; index < slots_.size(); ++index) {
      if (progress_[index] != Progress::waiting || std::ranges::none_of(slots_[index].after, is_lost)) continue;
      progress_[index] = Progress::held_back;
      has_changed = true;
    }
  }
}

std::size_t Schedule::count(Progress progress) const {
  return static_cast<std::size_t>(std::ranges::count(progress_, progress));
}

std::size_t Schedule::failed_before(std::size_t index) const {
  std::set<std::size_t> seen;
  while (progress_[index] == Progress::held_back && seen.insert(index).second) {
    const auto& after = slots_[index].after;
    const auto lost = std::ranges::find_if(after, [&](std::size_t before) {
      return progress_[before] == Progress::failed || progress_[before] == Progress::held_back;
    });
    index = *lost;
  }
  return index;
}

}  // namespace statelane::batch
