#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "applied/ledger.hpp"
#include "comparison/choose_ends.hpp"
#include "comparison/loaded_tree.hpp"
#include "comparison/standings.hpp"
#include "gitlab/pipeline_kind.hpp"
#include "impact/impact.hpp"
#include "repo/change_set.hpp"

namespace statelane::comparison {

/// What to compare, and which states are wanted whatever changed.
struct ComparisonRequest {
  EndsRequest ends;
  bool all = false;                              ///< every state
  std::vector<std::string> state_globs;          ///< states by their ids
  std::optional<config::Dependents> dependents;  ///< over what head's configuration says
  bool drop_untouched = false;                   ///< dependents that read nothing of what changed are not named
  bool ignore_format = true;
  const TrustedConfig* trusted = nullptr;  ///< whose configuration decides what is executed, on both sides

  /// Asks what was applied; empty: nothing can be asked.
  std::function<applied::Ledger(const std::vector<applied::Wanted>& wanted, const std::string& branch)> read_ledger{};
  std::optional<config::Compare> compare{};  ///< over what head's configuration says
  bool is_pending_wanted = false;            ///< also in a pipeline that no push started
};

/// The answer to "what does this change touch", with all that it was taken from.
struct Comparison {
  Ends ends;
  gitlab::PipelineKind kind = gitlab::PipelineKind::local;
  LoadedTree base;
  LoadedTree head;
  repo::ChangeSet changes;
  impact::Impact impact;
  std::optional<Standings> standings{};  ///< where the ledger was asked
  applied::Source ledger_source = applied::Source::none;
  std::vector<std::string> remarks{};  ///< what there is to say of the ledger
  /// The commit before the push is what the rest is compared with, though some states have a base of their own.
  bool is_push = false;
  Diagnostics diagnostics;  ///< of head: what was wrong before the change is nobody's concern now
};

/// Chooses the two ends, reads both trees and finds what the difference touches. Writes nothing: what was learnt is in
/// `facts`, for the caller to save.
Comparison compare(const repo::Repository& repository, const ComparisonRequest& request,
                   const gitlab::PredefinedVariables& variables, facts::FactStore& facts);

}  // namespace statelane::comparison
