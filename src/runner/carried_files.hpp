#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runner/artifacts.hpp"
#include "runner/guards.hpp"
#include "runner/job_environment.hpp"
#include "runner/lane.hpp"

namespace statelane::runner {

/// A file that git does not have, or has with other bytes, and the plan's apply may read: made by the plan itself
/// (`archive_file`), or by an earlier job. It goes with the plan.
struct CarriedFile {
  std::string path{};  ///< relative to the top of the files
  std::string sha256{};
  std::uint64_t size = 0;
  bool is_executable = false;

  friend bool operator==(const CarriedFile&, const CarriedFile&) = default;
};

/// GitLab takes artifacts of a job of up to 100 MB unless it is told otherwise; the plan needs some of it.
inline constexpr std::uint64_t most_carried_bytes = 80'000'000;
inline constexpr std::size_t most_carried_files = 10'000;

/// Copies the lane's files that git does not have to its artifacts. What the tool itself leaves, also in TF_DATA_DIR
/// and TF_PLUGIN_CACHE_DIR, and states are no such files. Throws `Error{refused}` when they are too many or too large.
std::vector<CarriedFile> carry_files(const LaneDescription& lane, const JobEnvironment& job,
                                     const ArtifactPaths& paths);

/// Files that this job has made or written anew, with other bytes than were planned with. Of variable files and
/// configuration the tool takes what the plan holds, so they are not looked at.
std::vector<Refusal> find_changed_files(const LaneDescription& lane, const std::vector<CarriedFile>& planned);

/// Puts the files that are not here, or here as the commit has them, to their places. Throws `Error{refused}` when one
/// is not among the artifacts as it was planned, and `Error{environment}` when it cannot be written.
void lay_down_files(const LaneDescription& lane, const ArtifactPaths& paths, const std::vector<CarriedFile>& planned);

}  // namespace statelane::runner
