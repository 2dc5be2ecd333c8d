#include "runner/cache_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>

namespace statelane::runner {

CacheLock::CacheLock(const std::filesystem::path& cache, Supervisor& supervisor, JobLog& log) {
  constexpr std::chrono::milliseconds look_again{100};
  const std::filesystem::path file = cache / ".statelane.lock";
  file_ = process::FileDescriptor(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  bool is_told = false;
  while (file_.is_open() && ::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return;
    if (!is_told) log.line(fmt::format("statelane: waiting for another job that fills {}", cache.string()));
    is_told = true;
    if (!supervisor.pause(look_again)) return;
  }
}

}  // namespace statelane::runner
