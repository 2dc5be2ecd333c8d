#pragma once

#include <functional>
#include <vector>

#include "base/diagnostics.hpp"
#include "terragrunt/stacks.hpp"
#include "terragrunt/unit.hpp"

namespace statelane::terragrunt {

/// Directories of a tree that hold files of Terragrunt's.
struct Candidates {
  std::vector<RepoPath> units;   ///< with `terragrunt.hcl` or `terragrunt.hcl.json`
  std::vector<RepoPath> stacks;  ///< with `terragrunt.stack.hcl`

  bool empty() const { return units.empty() && stacks.empty(); }
};

/// A directory with a file of Terragrunt's that is no unit, and why.
struct NoUnit {
  RepoPath directory;
  std::string why;
};

/// All units of a tree, sorted by directory, and what only looks like one.
struct Units {
  std::vector<Unit> units;
  std::vector<NoUnit> others;
};

/// Reads every unit. Faults of files are told, and the unit is there all the same. `has_code` says whether Terraform
/// would load something in a directory.
Units find_units(const repo::Tree& tree, const Candidates& candidates,
                 const std::function<bool(const RepoPath&)>& has_code, Diagnostics& diagnostics);

}  // namespace statelane::terragrunt
