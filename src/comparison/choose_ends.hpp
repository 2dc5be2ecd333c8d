#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "gitlab/base_choice.hpp"
#include "repo/repository.hpp"

namespace statelane::comparison {

enum class OnMissingBase { fail, all };

/// What the command line says of the two commits; everything empty: GitLab's variables decide, or the default branch.
struct EndsRequest {
  std::string range;    ///< COMMIT, A..B or A...B
  std::string base;     ///< --base
  std::string head;     ///< --head
  std::string since;    ///< --since: like --base, states that an earlier pipeline lost are offered again
  bool staged = false;  ///< the index instead of the work tree
  OnMissingBase on_missing_base = OnMissingBase::fail;
  std::chrono::milliseconds fetch_timeout{60'000};
};

/// Which commits are compared, and why.
struct Ends {
  std::optional<repo::CommitId> base;  ///< empty: the empty tree, or nothing to compare with
  std::optional<repo::CommitId> head;  ///< empty: the work tree, or the index
  bool is_staged = false;
  gitlab::BaseReason reason = gitlab::BaseReason::none;
  std::string text;                       ///< for people: what was taken as base and why
  bool is_missing = false;                ///< there should be a base, and the request says to go on without one
  bool is_on_default_branch_tip = false;  ///< a local comparison of the default branch with itself
};

/// Decides which commits are compared: the request first, then what GitLab says of the pipeline, on a laptop the merge
/// base with the default branch. Throws `Error` when a revision is not there; a base that should be there and cannot
/// be had is an error too, unless the request says to go on.
Ends choose_ends(const repo::Repository& repository, const EndsRequest& request,
                 const gitlab::PredefinedVariables& variables);

}  // namespace statelane::comparison
