#include "runner/job_log.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "base/escape.hpp"

namespace statelane::runner {

namespace {

/// The most that a pipe takes without blocking once poll() calls it writable.
constexpr std::size_t atomic_write = 4096;

/// Length of the time stamp that runners since 18.7 put before each line of the log.
constexpr std::uint64_t line_overhead = 40;

std::uint64_t cost_of(std::string_view text) {
  return text.size() + line_overhead * static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

JobLog::JobLog(int descriptor, const Style& style) : descriptor_(descriptor), style_(style) {}

void JobLog::write(std::string_view text) {
  while (!text.empty() && !closed_) {
    const ssize_t count = ::write(descriptor_, text.data(), text.size());
    if (count >= 0) text.remove_prefix(static_cast<std::size_t>(count));
    if (count < 0 && errno == EAGAIN) {
      pollfd writable{descriptor_, POLLOUT, 0};
      ::poll(&writable, 1, -1);
    } else if (count < 0 && errno != EINTR) {
      closed_ = true;
    }
  }
}

void JobLog::line(std::string_view text) { write(fmt::format("{}\n", escape_lines(text))); }

bool JobLog::is_writable() const {
  pollfd writable{descriptor_, POLLOUT, 0};
  return closed_ || ::poll(&writable, 1, 0) > 0;
}

std::size_t JobLog::write_some(std::string_view text) {
  std::size_t done = 0;
  while (done < text.size() && !closed_ && is_writable()) {
    const ssize_t count = ::write(descriptor_, text.data() + done, std::min(text.size() - done, atomic_write));
    if (count >= 0) done += static_cast<std::size_t>(count);
    if (count < 0 && errno == EAGAIN) break;
    if (count < 0 && errno != EINTR) closed_ = true;
  }
  return closed_ ? text.size() : done;
}

std::size_t JobLog::take_from_limit(std::string_view text) {
  if (!style_.relay_limit) return text.size();
  const std::uint64_t left = *style_.relay_limit - std::min(relayed_, *style_.relay_limit);
  if (const std::uint64_t cost = cost_of(text); cost <= left) {
    relayed_ += cost;
    return text.size();
  }
  std::size_t fitting = 0;
  for (std::uint64_t used = 0; used <= left;) {
    const std::size_t end = text.find('\n', fitting);
    if (end == std::string_view::npos) break;
    used += end + 1 - fitting + line_overhead;
    if (used <= left) fitting = end + 1;
  }
  relayed_ = *style_.relay_limit;
  return fitting;
}

std::size_t JobLog::take_for_tail(std::string_view text) {
  const std::uint64_t left = std::min(style_.tail, style_.tails - std::min(tails_, style_.tails));
  std::uint64_t cost = cost_of(text);
  while (cost > left) {
    const std::string_view line = text.substr(0, std::min(text.find('\n'), text.size() - 1) + 1);
    cost -= cost_of(line);
    text.remove_prefix(line.size());
  }
  tails_ += cost;
  return text.size();
}

JobLog::Section::Section(JobLog& log, std::string name, std::string_view heading, bool collapsed)
    : log_(log), name_(std::move(name)) {
  if (log_.style_.sections) {
    log_.write(fmt::format("\x1b[0Ksection_start:{}:{}{}\r\x1b[0K{}\n", std::time(nullptr), name_,
                           collapsed ? "[collapsed=true]" : "", escape_lines(heading)));
  } else {
    log_.line(heading);
  }
}

JobLog::Section::~Section() {
  if (log_.style_.sections) log_.write(fmt::format("\x1b[0Ksection_end:{}:{}\r\x1b[0K\n", std::time(nullptr), name_));
}

}  // namespace statelane::runner
