#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "runner/artifacts.hpp"
#include "runner/lane.hpp"

namespace statelane::runner {

/// The results of a plan, gone at the end of the scope unless they are kept: a plan that failed, or whose check failed,
/// must leave nothing that could be taken for a result. What an earlier run left goes at the beginning.
class Results {
 public:
  explicit Results(const ArtifactPaths& paths) : paths_(paths) {
    for (const files::Place& file : {paths_.metadata, paths_.review, paths_.certificate, paths_.report,
                                     paths_.plan_file, paths_.text, paths_.output, paths_.lock_file})
      files::remove(file);
    remove_files();
  }
  Results(const Results&) = delete;
  Results& operator=(const Results&) = delete;
  ~Results() {
    files::remove_quietly(paths_.output);
    if (are_kept_) return;
    for (const files::Place& file :
         {paths_.metadata, paths_.certificate, paths_.report, paths_.plan_file, paths_.lock_file})
      files::remove_quietly(file);
    remove_files();
  }
  void keep() { are_kept_ = true; }
  /// Takes away what could be applied.
  void drop_plan() const {
    for (const files::Place& file : {paths_.plan_file, paths_.lock_file}) files::remove(file);
    remove_files();
  }

 private:
  void remove_files() const {
    std::error_code ignored;
    std::filesystem::remove_all(paths_.files.path(), ignored);  // of a link only the link
  }

  const ArtifactPaths& paths_;
  bool are_kept_ = false;
};

/// A copy of the plan's JSON for a check, outside the artifacts since it holds secrets in clear; gone at the end of the
/// scope.
class PlanJsonFile {
 public:
  explicit PlanJsonFile(const LaneDescription& lane)
      : directory_(artifacts_directory(lane.project_directory) / "private"),
        place_(directory_ / (lane.slug + ".plan.json")) {
    files::make_private_directory(directory_);
    draft_.emplace(place_);
  }
  PlanJsonFile(const PlanJsonFile&) = delete;
  PlanJsonFile& operator=(const PlanJsonFile&) = delete;
  ~PlanJsonFile() {
    draft_.reset();
    files::remove_quietly(place_);
    std::error_code ignored;
    std::filesystem::remove(directory_.path(), ignored);  // unless another run needs it
  }
  void add(std::string_view piece) { draft_->write(piece); }
  void keep() { draft_->keep(); }
  std::string name() const { return place_.string(); }

 private:
  files::Place directory_;
  files::Place place_;
  std::optional<files::Draft> draft_;
};

}  // namespace statelane::runner
