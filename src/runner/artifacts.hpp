#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.hpp"
#include "runner/lane.hpp"

namespace statelane::runner {

/// Where a lane's files lie: `<project>/.statelane/SLUG/`, readable by their owner only.
struct ArtifactPaths {
  files::Place directory;
  files::Place plan_file;  ///< Terraform's own; it holds secrets
  files::Place report;     ///< the counts, for GitLab
  files::Place metadata;
  files::Place review;         ///< what a person has to see of the plan, or why there is none
  files::Place certificate;    ///< by which another plan can be compared with this one
  files::Place text;           ///< what `plan` printed, without colours
  files::Place output;         ///< what a program printed, as it did; the whole text where the log was cut
  files::Place errored_state;  ///< the state that Terraform could not save
  files::Place dotenv;
  files::Place record;      ///< what the apply did
  files::Place apply_text;  ///< what `apply` printed, without colours
  files::Place lock_file;   ///< the dependency lock file that was planned with
  files::Place files;       ///< a directory: what git does not have and the apply may read, by digest
};

/// `<project>/.statelane`, where all that jobs leave for each other lies.
files::Place artifacts_directory(const std::filesystem::path& project);

/// The directories of lanes in it, the helper's own among them; files lie beside them.
std::vector<std::string> list_lanes(const files::Place& artifacts);

ArtifactPaths artifact_paths(const LaneDescription& lane);

/// The state directory, absolute.
std::filesystem::path lane_directory(const LaneDescription& lane);

/// More than any metadata, record or result has; a larger one is refused.
inline constexpr std::uint64_t largest_record = std::uint64_t{64} << 20;

/// Thrown where reading was given up because the job is to stop.
struct Stopped {};

/// SHA-256 in hexadecimal digits; empty when the file is not there. Throws `Error{environment}` when it cannot be read,
/// and `Stopped` as soon as `is_stopping`: a large file takes longer than a job has to end.
std::string digest_file(const files::Place& file, const std::function<bool()>& is_stopping = {});

/// Whether OpenTofu has encrypted a plan file: then it is JSON and no archive. False where it is not there.
bool is_encrypted_plan(const files::Place& plan_file);

// The same of a file of the user or the tool, which may be a link to one elsewhere. Empty also when it leads nowhere.
std::string digest_followed(const std::filesystem::path& file);
std::optional<std::string> read_followed(const std::filesystem::path& file, std::uint64_t most = files::largest_file);

/// Copies `from` to `to` without terminal escapes and carriage returns. Throws `Error{environment}`.
void write_plain_text(const files::Place& from, const files::Place& to);

}  // namespace statelane::runner
