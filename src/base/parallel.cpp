#include "base/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace statelane {

namespace {

constexpr std::size_t most_workers = 4;  // past these readers of one pack wait for each other
constexpr std::size_t batch = 16;        // neighbours often lie in one directory or one chain of deltas

/// What is left to do, shared by all threads.
class Queue {
 public:
  Queue(std::size_t count, const std::function<void(std::size_t, std::size_t)>& work) : count_(count), work_(work) {}

  void run(std::size_t worker) noexcept {
    try {
      for (std::size_t begin = take(); begin < count_; begin = take()) {
        for (std::size_t index = begin; index < std::min(begin + batch, count_); ++index) work_(worker, index);
      }
    } catch (...) {
      next_ = count_;
      const std::lock_guard lock(mutex_);
      if (!fault_) fault_ = std::current_exception();
    }
  }

  void rethrow() const {
    if (fault_) std::rethrow_exception(fault_);
  }

 private:
  std::size_t take() { return next_.fetch_add(batch); }

  std::size_t count_;
  const std::function<void(std::size_t, std::size_t)>& work_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;
  std::exception_ptr fault_;
};

}  // namespace

std::size_t worker_limit() { return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, most_workers); }

void for_each_in_parallel(std::size_t count, const std::function<void(std::size_t worker, std::size_t index)>& work) {
  Queue queue(count, work);
  const std::size_t workers = std::min(worker_limit(), count / (2 * batch) + 1);
  {
    std::vector<std::jthread> others;
    for (std::size_t worker = 1; worker < workers; ++worker) {
      try {
        others.emplace_back([&queue, worker] { queue.run(worker); });
      } catch (const std::system_error&) {
        break;  // no more threads here: the others do it
      }
    }
    queue.run(0);
  }
  queue.rethrow();
}

}  // namespace statelane
