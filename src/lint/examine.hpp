#pragma once

#include <memory>
#include <set>
#include <vector>

#include "lint/examined_job.hpp"
#include "lint/finding.hpp"
#include "repo/tree.hpp"
#include "states/state_graph.hpp"

namespace statelane::lint {

/// A pipeline with its jobs examined.
struct ExaminedPipeline {
  std::unique_ptr<Pipeline> pipeline;  ///< the jobs point into it
  std::vector<ExaminedJob> jobs;
  bool is_child = false;
};

/// Reads the pipeline at `path` and, for trigger jobs that include local files, their child pipelines, two levels deep:
/// the pipeline first, its children behind it. A trigger job gets its child's commands. Empty when the file cannot be
/// read; why is in `report`.
std::vector<ExaminedPipeline> examine_pipelines(const repo::Tree& tree, const RepoPath& path,
                                                const states::StateGraph& graph, Report& report);

/// What a trigger job starts and `examine_pipelines` cannot read: a child that a job makes while the pipeline runs, one
/// of another project or of a server. Each with the node that names it, and words for it.
std::vector<std::pair<const yaml::Value*, std::string>> find_unread_children(const Job& job);

}  // namespace statelane::lint
