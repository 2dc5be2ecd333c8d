#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace statelane::runner {

/// The job's log: standard output with GitLab's sections. A reader that has gone away (EPIPE) is noticed and ignored:
/// what runs must not be disturbed by it.
class JobLog {
 public:
  struct Style {
    bool sections = false;  ///< GitLab's collapsible sections; plain headings otherwise
    std::optional<std::uint64_t>
        relay_limit{};  ///< how much of the programs' output to relay before cutting; empty: all
    std::uint64_t tail = std::uint64_t{256} * 1024;    ///< what is shown of the end of an output that was cut
    std::uint64_t tails = std::uint64_t{1024} * 1024;  ///< … and of all of them, so that last words find their place
    /// GitLab drops a job that prints nothing for an hour; a cut output shows a sign of life this often.
    std::chrono::milliseconds sign_of_life = std::chrono::minutes(1);
  };

  JobLog(int descriptor, const Style& style);

  int descriptor() const { return descriptor_; }
  const Style& style() const { return style_; }

  /// Writes all of `text`; blocks while the reader is slow.
  void write(std::string_view text);
  /// A line of the helper's own. Whatever is in it, nothing of it reads as another one, a section or an escape.
  void line(std::string_view text);

  /// Writes what the reader takes without blocking, and returns how much that was: all of it once the reader is gone.
  std::size_t write_some(std::string_view text);
  /// A write would not block now.
  bool is_writable() const;
  bool is_closed() const { return closed_; }

  /// Takes from the relay limit for `text`; returns how much of it still fits, in whole lines where it does not all.
  /// A line costs more than its bytes, since the runner may put a time stamp before each.
  std::size_t take_from_limit(std::string_view text);
  /// Takes from what is left for tails; returns how much of the end of `text` still fits, in whole lines.
  std::size_t take_for_tail(std::string_view text);

  /// A part of the log with a heading; closed at the end of the scope.
  class Section {
   public:
    Section(JobLog& log, std::string name, std::string_view heading, bool collapsed = false);
    Section(const Section&) = delete;
    Section& operator=(const Section&) = delete;
    ~Section();

   private:
    JobLog& log_;
    std::string name_;
  };

 private:
  int descriptor_;
  Style style_;
  std::uint64_t relayed_ = 0;
  std::uint64_t tails_ = 0;
  bool closed_ = false;
};

}  // namespace statelane::runner
