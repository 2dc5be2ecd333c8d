#pragma once

#include <set>
#include <vector>

#include "terragrunt/evaluation.hpp"

namespace statelane::terragrunt {

/// A unit that a stack file makes.
struct GeneratedUnit {
  RepoPath directory;
  std::optional<RepoPath> source;  ///< in the tree; empty: its template is not in this repository
  Origin place;
  std::vector<RepoPath> stacks;  ///< the directories of the stack files that make it, the innermost first
  std::string mark;              ///< what the stack file says of it
  ReadLog log;                   ///< what was read to know it
};

/// What the stack files of a tree make.
struct Stacks {
  std::vector<GeneratedUnit> units;
  std::set<RepoPath> unit_templates;   ///< directories that are copied to be units
  std::set<RepoPath> stack_templates;  ///< directories that are copied to be stacks
  std::set<RepoPath> directories;      ///< with a stack file, generated ones too
};

/// Expands the stack files in `directories`, those that they generate too. What is generated is added to `files` and
/// `generated`. What makes no unit is told.
Stacks expand_stacks(const std::vector<RepoPath>& directories, Files& files, ParsedFiles& parsed,
                     GeneratedFiles& generated, Diagnostics& diagnostics);

}  // namespace statelane::terragrunt
