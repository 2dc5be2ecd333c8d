#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/repo_path.hpp"
#include "comparison/collisions.hpp"
#include "impact/impact.hpp"
#include "pipeline/build_pipeline.hpp"
#include "states/load_states.hpp"

// JSON of the reporting commands, each with its `schema` first and its keys in a fixed order. Lists are sorted as the
// values that they come from are. The text ends with a newline.
//
// A path with bytes that are not UTF-8 cannot stand in JSON: each such byte becomes the four characters `\xNN`, and in
// such a path every backslash becomes two.

namespace statelane::emit {

/// `statelane/list/1`
std::string render_list_json(const states::LoadedStates& loaded, std::span<const RepoPath> unclaimed);

/// `statelane/inputs/1`; `files` is every existing path that the state reads, sorted.
std::string render_inputs_json(const states::State& state, std::span<const RepoPath> files);

/// `statelane/inputs-of/1`
std::string render_inputs_of_json(const RepoPath& path, std::span<const std::string> ids);

/// `statelane/graph/1`
std::string render_graph_json(const states::LoadedStates& loaded);

/// `statelane/affected/1`; with what other merge requests do, where they were looked at.
std::string render_affected_json(const pipeline::ComparedCommits& comparison, const impact::Impact& impact,
                                 const comparison::Collisions* collisions = nullptr);

}  // namespace statelane::emit
