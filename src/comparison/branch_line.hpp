#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "repo/repository.hpp"
#include "states/state_graph.hpp"

namespace statelane::comparison {

/// A commit on the line of first parents, and the states that its change against the parent touches.
struct LineCommit {
  repo::CommitId commit;
  std::string author{};
  std::string subject{};
  std::string merge_request{};        ///< "!42" where its message names one; else empty
  std::vector<std::string> states{};  ///< by the paths it changes, sorted
};

/// The branch from its tip back, the newest first.
struct BranchLine {
  std::vector<LineCommit> commits{};
  bool is_cut = false;  ///< the history goes on, but not here, or further than was looked

  /// Where `commit` stands; empty when it does not.
  std::optional<std::size_t> find(const repo::CommitId& commit) const;
};

/// Reads from `head` back until all of `wanted` were met, the history ends here, or after a thousand commits.
BranchLine read_branch_line(const repo::Repository& repository, const repo::CommitId& head,
                            const std::vector<repo::CommitId>& wanted, const states::StateGraph& graph);

/// The merge request that a commit's message names, as GitLab's merge commits do: "!42"; empty when there is none.
std::string find_merge_request(const repo::Repository::Message& message);

/// How people call a commit: by its merge request, else by the beginning of its id.
std::string name_of(const LineCommit& commit);

/// "!42 was merged and not applied", "!42 and !45 were …", "!42, !45, !46 and 3 more were …". `names`: the newest
/// first.
std::string describe_merged(std::vector<std::string> names);

}  // namespace statelane::comparison
