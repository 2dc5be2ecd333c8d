#pragma once

#include <optional>
#include <string>
#include <vector>

#include "comparison/choose_ends.hpp"
#include "comparison/loaded_tree.hpp"
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
};

/// The answer to "what does this change touch", with all that it was taken from.
struct Comparison {
  Ends ends;
  gitlab::PipelineKind kind = gitlab::PipelineKind::local;
  LoadedTree base;
  LoadedTree head;
  repo::ChangeSet changes;
  impact::Impact impact;
  Diagnostics diagnostics;  ///< of head: what was wrong before the change is nobody's concern now
};

/// Chooses the two ends, reads both trees and finds what the difference touches. Writes nothing: what was learnt is in
/// `facts`, for the caller to save.
Comparison compare(const repo::Repository& repository, const ComparisonRequest& request,
                   const gitlab::PredefinedVariables& variables, facts::FactStore& facts);

}  // namespace statelane::comparison
