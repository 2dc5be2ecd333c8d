#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace statelane::cli {

/// While it lives and work takes more than half a second, a line on standard error says what is being done and for how
/// long; it is wiped at the end. Only where standard error is a terminal; elsewhere this is nothing.
class Progress {
 public:
  explicit Progress(std::string what);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

 private:
  void show();

  std::string what_;
  std::mutex mutex_;
  std::condition_variable done_;
  bool is_done_ = false;
  std::thread thread_;
};

}  // namespace statelane::cli
