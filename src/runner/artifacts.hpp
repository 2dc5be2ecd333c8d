#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "runner/lane.hpp"

namespace statelane::runner {

/// Where a lane's files lie: `<project>/.statelane/SLUG/`, readable by their owner only.
struct ArtifactPaths {
  std::filesystem::path directory;
  std::filesystem::path plan_file;  ///< Terraform's own; it holds secrets
  std::filesystem::path report;     ///< the counts, for GitLab
  std::filesystem::path metadata;
  std::filesystem::path text;           ///< what `plan` printed, without colours
  std::filesystem::path output;         ///< what a program printed, as it did; the whole text where the log was cut
  std::filesystem::path errored_state;  ///< the state that Terraform could not save
  std::filesystem::path dotenv;
  std::filesystem::path record;      ///< what the apply did
  std::filesystem::path apply_text;  ///< what `apply` printed, without colours
  std::filesystem::path lock_file;   ///< the dependency lock file that was planned with
  std::filesystem::path files;       ///< a directory: what git does not have and the apply may read, by digest
};

ArtifactPaths artifact_paths(const LaneDescription& lane);

/// The state directory, absolute.
std::filesystem::path lane_directory(const LaneDescription& lane);

/// Throws `Error{environment}` with the reason.
void make_private_directory(const std::filesystem::path& directory);

/// Writes by rename, so that there is never half a file; readable by the owner only. Throws `Error{environment}`.
void write_private_file(const std::filesystem::path& file, std::string_view text);

/// All of the file; empty when it is not there or cannot be read.
std::optional<std::string> read_file(const std::filesystem::path& file);

/// Whether OpenTofu has encrypted a plan file: then it is JSON and no archive. False where it is not there.
bool is_encrypted_plan(const std::filesystem::path& plan_file);

/// SHA-256 in hexadecimal digits; empty when the file is not there or cannot be read.
std::optional<std::string> digest_file(const std::filesystem::path& file);

/// Copies `from` to `to` without terminal escapes and carriage returns. Throws `Error{environment}`.
void write_plain_text(const std::filesystem::path& from, const std::filesystem::path& to);

/// Removes terminal escapes (colours, sections) from whole text.
std::string strip_escapes(std::string_view text);

}  // namespace statelane::runner
