#pragma once

#include <span>
#include <string>

#include "base/repo_path.hpp"
#include "emit/view.hpp"
#include "impact/impact.hpp"
#include "pipeline/build_pipeline.hpp"
#include "states/load_states.hpp"

// The same answers for people. Lines end with a newline; control characters and bytes that are not UTF-8 are spelled
// out as `\xNN`, so that no name can write to the terminal. A view adds ANSI colours and fits tables to a width; it
// changes nothing else.

namespace statelane::emit {

/// A table of states: id, why the directory is one, backend, inputs counted by kind; then what was left out and why,
/// what is unclaimed, and counts.
std::string render_list_text(const states::LoadedStates& loaded, std::span<const RepoPath> unclaimed, const View& view);

/// Base, head and why; each affected state with the changed paths that touch it and the first chain of each; what was
/// skipped, what depends on it, what is unclaimed; counts of `total` states.
std::string render_affected_text(const pipeline::ComparedCommits& comparison, const impact::Impact& impact,
                                 std::size_t total, const View& view);

/// Patterns, files and what is not known of one state.
std::string render_inputs_text(const states::State& state, std::span<const RepoPath> files, const View& view);

/// Each state with what it depends on, and counts.
std::string render_graph_text(const states::StateGraph& graph, const View& view);

/// For `dot -Tsvg`.
std::string render_graph_dot(const states::StateGraph& graph);

/// For GitLab's Markdown.
std::string render_graph_mermaid(const states::StateGraph& graph);

}  // namespace statelane::emit
