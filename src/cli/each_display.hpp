#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "batch/run_batch.hpp"
#include "cli/options.hpp"
#include "emit/view.hpp"
#include "runner/job_log.hpp"

namespace statelane::cli {

/// What is shown while `each` runs: each command's output under its heading, in a job as a section that folds; on a
/// terminal a line that says how far it is. With `--json` all of it goes to standard error.
class EachDisplay {
 public:
  /// `tasks` must outlive it.
  EachDisplay(const std::vector<batch::Task>& tasks, const Options& options);

  /// To hand to `run_batch`; good as long as this is.
  batch::Display callbacks();

 private:
  void begin(std::size_t task);
  void text(std::string_view text);
  void end(std::size_t task, const batch::Outcome& outcome);
  void tick(const batch::Schedule& schedule);
  void wipe();

  const std::vector<batch::Task>& tasks_;
  runner::JobLog log_;
  emit::View view_;
  std::optional<runner::JobLog::Section> section_;
  bool is_at_line_start_ = true;
  bool shows_progress_;
  std::string progress_;  ///< the line that stands on the terminal now
};

}  // namespace statelane::cli
