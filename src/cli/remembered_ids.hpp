#pragma once

#include <optional>
#include <string>

#include "cli/options.hpp"
#include "repo/repository.hpp"
#include "states/state_graph.hpp"

namespace statelane::cli {

/// The ids of all states, one a line.
std::string render_ids(const states::StateGraph& graph);

/// Keeps the ids of the states of the work tree or of HEAD beside the facts, for completion, which has no time to look.
/// Where that cannot be nothing happens.
void remember_ids(const repo::Repository& repository, const Options& options, const states::StateGraph& graph);

/// What the last run kept, as `render_ids` gives it; empty where none did.
std::optional<std::string> recall_ids(const repo::Repository& repository, const Options& options);

}  // namespace statelane::cli
