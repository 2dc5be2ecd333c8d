#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace statelane::batch {

/// What stands in a schedule: the order it must keep, and nothing of what it does.
struct Slot {
  std::string place;                 ///< those of one place run in turn
  std::vector<std::size_t> after{};  ///< indexes of those that come before it
};

/// How many run at once, and whether a failure holds up the rest.
struct Limits {
  std::size_t parallel = 1;
  bool keep_going = false;  ///< only what comes after a failed one is held back
};

enum class Progress { waiting, running, succeeded, failed, held_back };

/// Which of some commands may run now. In the order of their indexes wherever nothing else decides.
class Schedule {
 public:
  Schedule(std::vector<Slot> slots, Limits limits);

  /// One that may start, which now counts as running; empty: none for now.
  std::optional<std::size_t> start_next();

  void finish(std::size_t index, bool succeeded);

  /// Nothing is started any more.
  void stop() { is_stopped_ = true; }

  /// Nothing runs, and nothing would start.
  bool is_over() const { return running_ == 0 && !find_next(); }

  Progress progress(std::size_t index) const { return progress_[index]; }
  std::size_t count(Progress progress) const;

  /// For what is held back: the failed one it waited for, directly or through others.
  std::size_t failed_before(std::size_t index) const;

 private:
  std::optional<std::size_t> find_next() const;
  bool is_ready(std::size_t index) const;
  bool may_start(std::size_t index) const;
  void hold_back();

  std::vector<Slot> slots_;
  Limits limits_;
  std::vector<Progress> progress_;
  std::set<std::string> used_places_;
  std::size_t running_ = 0;
  bool is_stopped_ = false;
};

}  // namespace statelane::batch
