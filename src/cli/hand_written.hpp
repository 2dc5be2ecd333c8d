#pragma once

#include <set>
#include <string>

#include "cli/read_trees.hpp"

namespace statelane::cli {

/// What the `.gitlab-ci.yml` of one commit, as people wrote it, does on a push to the default branch.
struct HandWritten {
  std::set<std::string> covered;  ///< ids of states that some job plans or applies
  std::set<std::string> started;  ///< of them, those with such a job that these changes start
};

/// Reads the pipeline file of a tree with its local includes, and asks GitLab's rules which jobs the changed paths
/// start. Jobs that no `changes` holds back always start. Nothing is covered where there is no such file.
HandWritten ask_hand_written(const LoadedTree& side, const repo::ChangeSet& changes, const std::string& default_branch);

}  // namespace statelane::cli
