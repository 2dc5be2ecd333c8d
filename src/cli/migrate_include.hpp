#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/source.hpp"

namespace statelane::cli {

/// A pipeline of GitLab's for Terraform or OpenTofu, as a file includes it.
struct ReplacedInclude {
  std::string name;                       ///< of the template or component
  std::optional<std::string> directory;   ///< `.` is the root; empty where it cannot be told
  std::optional<std::string> state_name;  ///< of the state that GitLab keeps; empty where it cannot be told
};

/// A job that is nothing without what the include brought.
struct OrphanedJob {
  std::string name;
  std::string needs;  ///< the job or hidden job that is gone
  SourcePos pos;
};

struct Migration {
  std::string text;     ///< the pipeline with one include of the new file in place of all these; empty: not for certain
  std::string include;  ///< the whole `include` on one line, to write by hand then
  SourcePos pos;        ///< of `include`
  std::vector<ReplacedInclude> replaced;
  std::vector<OrphanedJob> orphans;
};

/// What becomes of a pipeline that includes GitLab's Terraform template, removed with GitLab 18.0, or its OpenTofu
/// component. Nothing where it includes neither.
std::optional<Migration> migrate_include(const std::string& pipeline, const std::string& file);

}  // namespace statelane::cli
