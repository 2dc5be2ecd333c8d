#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/diagnostics.hpp"
#include "cli/options.hpp"
#include "config/config.hpp"
#include "gitlab/base_choice.hpp"
#include "gitlab/pipeline_kind.hpp"
#include "impact/impact.hpp"
#include "repo/repository.hpp"
#include "states/load_states.hpp"

namespace statelane::cli {

/// One side of a comparison, or the one tree that a command reads.
struct Side {
  std::unique_ptr<repo::Tree> tree;  ///< null: the empty tree
  config::Config config;
  states::LoadedStates states;
};

/// Which commits are compared, and why.
struct Ends {
  std::optional<repo::CommitId> base;  ///< empty: the empty tree, or nothing to compare with
  std::optional<repo::CommitId> head;  ///< empty: the work tree, or the index
  bool is_staged = false;
  gitlab::BaseReason reason = gitlab::BaseReason::none;
  std::string text;                       ///< for people: what was taken as base and why
  bool is_missing = false;                ///< there should be a base, and `--on-missing-base all` goes on without one
  bool is_on_default_branch_tip = false;  ///< a local comparison of the default branch with itself
};

/// The answer to "what does this change touch", with all that it was taken from.
struct Comparison {
  Ends ends;
  gitlab::PipelineKind kind = gitlab::PipelineKind::local;
  Side base;
  Side head;
  repo::ChangeSet changes;
  impact::Impact impact;
  Diagnostics diagnostics;
};

/// GitLab's predefined variables that this process has.
gitlab::PredefinedVariables read_predefined_variables();

/// Opens the repository around the current directory.
repo::Repository open_repository();

/// Reads configuration and states of a tree. Null is the empty tree.
Side load_side(std::unique_ptr<repo::Tree> tree, facts::FactStore& facts, Diagnostics& diagnostics);

/// Reads the one tree that a command without comparison reads: `--rev`, under CI `HEAD`, otherwise the work tree.
Side load_only_side(const repo::Repository& repository, const Options& options, Diagnostics& diagnostics);

/// Chooses the two ends, reads both trees and finds what the difference touches.
Comparison compare(const repo::Repository& repository, const Options& options);

}  // namespace statelane::cli
