#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/file_descriptor.hpp"
#include "base/files.hpp"
#include "runner/escape_filter.hpp"
#include "runner/job_log.hpp"

namespace statelane::runner {

/// Follows the file that a program writes its output to: looks for Terraform's notice of an interrupt, and relays the
/// text to the job's log as it comes, of its escapes only the colours. The search never waits for the log's reader.
/// Where the log has a limit, the head and the tail are relayed and the file keeps everything.
class OutputRelay {
 public:
  /// Creates `file`, in place of what was there. `kept_as` is where a reader of a cut log finds the whole text. Throws
  /// `Error{environment}` when the file cannot be written.
  OutputRelay(JobLog& log, const files::Place& file, std::string kept_as);

  /// What the program writes to; each write appends.
  int descriptor() const { return written_.get(); }

  /// Reads on to the present end of the file. True when there was something new.
  bool look();
  /// A line with Terraform's own notice that it was interrupted has been seen.
  bool has_notice() const { return has_notice_; }

  /// Relays what the log takes without blocking. False when there is more: the log's reader keeps us waiting, or the
  /// turn is over.
  bool pump();
  /// Relays the rest, up to the end that the file has now; blocks while the reader is slow.
  void finish();

  std::uint64_t size() const { return looked_at_; }

 private:
  std::string_view read_at(std::uint64_t offset);
  /// Writes what is left of `text` without escapes; blocks while the reader is slow.
  void write_filtered(std::string_view text);
  void search(std::string_view text);
  void show_progress();
  void show_tail();

  JobLog& log_;
  std::string kept_as_;
  FileDescriptor written_;
  FileDescriptor read_;
  EscapeFilter filter_{EscapeFilter::Colours::kept};
  std::string buffer_;
  std::string pending_;       ///< taken from the limit and filtered, not yet written
  std::string carry_ = "\n";  ///< the end of the text searched last, for a notice that two reads share
  std::uint64_t looked_at_ = 0;
  std::uint64_t relayed_ = 0;
  bool is_cut_ = false;
  bool has_notice_ = false;
  std::chrono::steady_clock::time_point progress_at_{};
};

}  // namespace statelane::runner
