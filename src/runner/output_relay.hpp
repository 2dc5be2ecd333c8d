#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "process/file_descriptor.hpp"
#include "runner/job_log.hpp"

namespace statelane::runner {

/// Follows the file that a program writes its output to: looks for Terraform's notice of an interrupt, and relays the
/// text to the job's log as it comes. The search never waits for the log's reader. Where the log has a limit, the head
/// and the tail are relayed and the file keeps everything.
class OutputRelay {
 public:
  /// Creates or empties `file`, readable by its owner only. `kept_as` is where a reader of a cut log finds the whole
  /// text. Throws `Error{environment}` when the file cannot be written.
  OutputRelay(JobLog& log, const std::filesystem::path& file, std::filesystem::path kept_as);

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
  void search(std::string_view text);
  void show_progress();
  void show_tail();

  JobLog& log_;
  std::filesystem::path kept_as_;
  process::FileDescriptor written_;
  process::FileDescriptor read_;
  std::string buffer_;
  std::string pending_;       ///< taken from the limit, not yet written
  std::string carry_ = "\n";  ///< the end of the text searched last, for a notice that two reads share
  std::uint64_t looked_at_ = 0;
  std::uint64_t relayed_ = 0;
  bool is_cut_ = false;
  bool has_notice_ = false;
  std::chrono::steady_clock::time_point progress_at_{};
};

}  // namespace statelane::runner
