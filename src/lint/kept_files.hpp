#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lint/examined_job.hpp"
#include "repo/tree.hpp"

namespace statelane::lint {

/// What a job's `artifacts`, or one of its caches, keep of its checkout, as the runner finds it
/// (https://docs.gitlab.com/ci/yaml/#artifactspaths): doublestar globs from the checkout's root, a directory with all
/// below it, `untracked` everything that git does not track, ignored or not, and `exclude` file by file.
class KeptFiles {
 public:
  /// `keyword` is `artifacts` or an entry of `cache`; null: nothing is kept.
  KeptFiles(const Job& job, const yaml::Value* keyword, const repo::Tree& tree);

  enum class Answer { no, yes, unknown };

  /// Whether a file at `path`, from the repository's root, is kept.
  Answer keeps(const std::string& path) const;

  /// What names it: an entry of `paths`, or `untracked`. Null where it is not kept.
  const yaml::Value* find(const std::string& path) const;

  /// Some entry is not known.
  bool is_open() const;

 private:
  struct Pattern {
    std::string text;  ///< empty: not known
    const yaml::Value* node = nullptr;
  };
  static std::vector<Pattern> read(const Job& job, const yaml::Value* list);
  bool is_excluded(const std::string& path) const;

  const repo::Tree& tree_;
  std::vector<Pattern> paths_;
  std::vector<Pattern> excluded_;
  const yaml::Value* untracked_ = nullptr;
};

}  // namespace statelane::lint
