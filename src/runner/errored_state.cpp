#include "runner/errored_state.hpp"

#include <fmt/format.h>

#include <system_error>

#include "base/error.hpp"
#include "base/escape.hpp"
#include "base/files.hpp"
#include "runner/shell_words.hpp"
#include "runner/terraform_command.hpp"
#include "runner/unsaved_state.hpp"

namespace statelane::runner {

namespace {

namespace fs = std::filesystem;

void tell_errored_state(const LaneDescription& lane, LaneRun& run, const fs::path& file) {
  // Where Terragrunt will have its copy of the module is not known.
  const fs::path from_there = lane.is_unit ? file : fs::proximate(file, lane_directory(lane));
  run.log().line(fmt::format(
      "statelane: the state that could not be saved is kept in {}\n  when the backend works again: {} state "
      "push {}",
      fs::proximate(file, lane.project_directory).string(), call_by_hand(lane), to_shell_words({from_there.string()})));
}

void copy_state(const fs::path& from, const files::Place& to) {
  files::Draft kept(to);
  files::read_pieces({from.parent_path(), from.filename()}, files::largest_file,
                     [&](std::string_view piece) { kept.write(piece); });
  kept.keep();
}

/// A disk that is full leaves less than that.
bool is_whole(const fs::path& file) {
  StateVersionReader reader;
  files::read_pieces({file.parent_path(), file.filename()}, files::largest_file,
                     [&](std::string_view piece) { reader.add(piece); });
  return !reader.finish().content.empty();
}

void tell_broken_state(const LaneDescription& lane, LaneRun& run) {
  run.log().line(fmt::format(
      "statelane: the state could not be saved, and errored.tfstate is not whole; the tool prints the state "
      "where it cannot write it\n  when the backend works again: copy it from the tool's output to a file, "
      "and {} state push FILE",
      call_by_hand(lane)));
}

/// Where the next job of this runner finds it, also when the server takes no artifact of this one any more.
void keep_outside(const LaneDescription& lane, const JobEnvironment& job, LaneRun& run, const fs::path& left) {
  const auto directory = unsaved_states_directory(lane, job);
  if (!directory) {
    if (job.ci)
      run.log().line("statelane: it is in the artifacts of this job only: this runner keeps nothing between jobs");
    return;
  }
  files::make_private_directory(*directory);
  const files::Place file = *directory / ((job.job_id.empty() ? "0" : job.job_id) + ".tfstate");
  copy_state(left, file);
  run.log().line(
      fmt::format("statelane: it is also kept on this runner, in {}: the next plan or apply here stops for it",
                  escape_for_terminal(file.string())));
}

}  // namespace

void keep_errored_state(const LaneDescription& lane, const JobEnvironment& job, LaneRun& run,
                        std::optional<fs::file_time_type> older) {
  const fs::path left = run.working_directory() / "errored.tfstate";
  std::error_code error;
  const fs::file_time_type written = fs::last_write_time(left, error);
  if (error || written == older) return;
  fs::path place = left;
  const auto attempt = [&](const auto& step) {
    try {
      step();
      return true;
    } catch (const Error& failure) {
      run.log().line(fmt::format("statelane: {}", failure.what()));
      return false;
    }
  };
  bool is_broken = false;
  attempt([&] { is_broken = !is_whole(left); });
  if (is_broken) {
    tell_broken_state(lane, run);
    if (unsaved_states_directory(lane, job)) attempt([&] { keep_outside(lane, job, run, left); });
    return;
  }
  if (attempt([&] { copy_state(left, run.paths().errored_state); })) place = run.paths().errored_state.path();
  tell_errored_state(lane, run, place);
  attempt([&] { keep_outside(lane, job, run, left); });
  if (place != left) fs::remove(left, error);
}

std::optional<fs::file_time_type> errored_state_time(const fs::path& directory) {
  std::error_code error;
  const fs::file_time_type time = fs::last_write_time(directory / "errored.tfstate", error);
  return error ? std::nullopt : std::optional(time);
}

}  // namespace statelane::runner
