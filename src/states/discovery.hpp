#pragma once

#include <optional>
#include <set>
#include <vector>

#include "states/sources.hpp"
#include "states/state.hpp"
#include "states/tree_records.hpp"

namespace statelane::states {

/// Why a directory is a state directory, and what the configuration says of it.
struct Discovery {
  RepoPath directory;
  StateReason reason = StateReason::backend_block;
  Place place;
  config::Settings settings;
  bool has_partial_backend = false;
  bool has_open_workspace = false;  ///< of Terraform Cloud, by tags or a prefix
};

/// A glob of `globs` matches `directory`.
bool matches_any(const std::vector<config::Located>& globs, const RepoPath& directory);

/// Decides which directories of one tree are state directories. Faults of files that it reads are reported.
class Discoverer {
 public:
  /// `unit_modules`: directories that units of Terragrunt run.
  Discoverer(const Sources& sources, TreeRecords& records, Answers& answers, const std::set<RepoPath>& unit_modules)
      : sources_(sources), records_(records), answers_(answers), unit_modules_(unit_modules) {}

  /// Nothing for a directory that is none.
  std::optional<Discovery> discover(const ScannedDirectory& scanned);

 private:
  DirectoryWords words_of(const RepoPath& directory, terraform::Tool tool);
  bool holds_files(const RepoPath& directory) const;

  const Sources& sources_;
  TreeRecords& records_;
  Answers& answers_;
  const std::set<RepoPath>& unit_modules_;
};

}  // namespace statelane::states
