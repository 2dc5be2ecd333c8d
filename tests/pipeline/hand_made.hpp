#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "impact/impact.hpp"
#include "pipeline/build_pipeline.hpp"
#include "states/state_graph.hpp"

namespace hand_made {

using statelane::RepoPath;
using statelane::states::BackendIdentity;
using statelane::states::Edge;
using statelane::states::EdgeKind;
using statelane::states::Input;
using statelane::states::InputKind;
using statelane::states::Place;
using statelane::states::State;
using statelane::states::StateGraph;
using statelane::states::StateKind;

inline Input input(InputKind kind, std::string_view path, std::string glob = "") {
  return {kind, RepoPath::of(path), std::move(glob), {{std::nullopt, Place{}}}};
}

/// The state of a directory, with its own files as its only input. An instance is written behind an `@`.
inline State state(const std::string& id) {
  State result;
  result.id = id;
  const std::size_t at = id.find('@');
  result.directory = RepoPath::of(id == "." ? "" : id.substr(0, at));
  if (at != std::string::npos) result.instance = id.substr(at + 1);
  result.reason_place = {result.directory.child("main.tf"), 1};
  result.backend = BackendIdentity{"s3", {{"bucket", "states"}, {"key", id}}, {}, {}};
  result.tool = "terraform";
  result.inputs = {input(InputKind::own_directory, result.directory.str())};
  return result;
}

/// `from` depends on `to`, both ids.
struct NamedEdge {
  std::string from;
  std::string to;
  EdgeKind kind = EdgeKind::remote_state;
};

inline StateGraph graph(std::vector<State> states, const std::vector<NamedEdge>& named = {}) {
  std::sort(states.begin(), states.end(), [](const State& left, const State& right) { return left.id < right.id; });
  const auto index_of = [&](const std::string& id) {
    const auto found = std::find_if(states.begin(), states.end(), [&](const State& state) { return state.id == id; });
    return static_cast<std::uint32_t>(found - states.begin());
  };
  std::vector<Edge> edges;
  for (const NamedEdge& edge : named) {
    const std::uint32_t from = index_of(edge.from);
    edges.push_back({from, index_of(edge.to), edge.kind, {states[from].directory.child("upstream.tf"), 1}});
  }
  std::sort(edges.begin(), edges.end());
  return {std::move(states), std::move(edges), {}, {}};
}

inline StateGraph graph_of(const std::vector<std::string>& ids, const std::vector<NamedEdge>& named = {}) {
  std::vector<State> states;
  for (const std::string& id : ids) states.push_back(state(id));
  return graph(std::move(states), named);
}

/// `path` changed, a file of the state's own.
inline statelane::impact::Cause own_file(std::string_view path) {
  using statelane::impact::CauseKind;
  const RepoPath changed = RepoPath::of(path);
  return {{CauseKind::file_changed, changed, std::nullopt, std::nullopt},
          {CauseKind::own_file, changed.parent(), std::nullopt, std::nullopt}};
}

/// All of `ids`, each because of its `main.tf`.
inline statelane::impact::Impact affected(std::vector<std::string> ids) {
  std::sort(ids.begin(), ids.end());
  statelane::impact::Impact impact;
  for (const std::string& id : ids) {
    const std::string directory = id.substr(0, id.find('@'));
    impact.affected.push_back(
        {id, statelane::impact::Change::modified, "", {own_file(id == "." ? "main.tf" : directory + "/main.tf")}});
  }
  return impact;
}

/// A push to the default branch in which the `main.tf` of each of `ids` was modified.
inline statelane::pipeline::PipelineRequest push(const std::vector<std::string>& ids) {
  statelane::pipeline::PipelineRequest request;
  request.tool_version = "0.1.0";
  request.command_line = "statelane generate --base 1111111 --head 2222222";
  request.comparison = {"1111111", "push-before", "the commit before this push", "2222222", true};
  request.kind = statelane::gitlab::PipelineKind::push_default;
  request.server = {18, 0, 0};
  request.branch = "main";
  request.default_branch = "main";
  request.root_pipeline = "4711";
  request.image = "registry.example.com/tools/statelane:1";
  for (const std::string& id : ids) {
    const std::string directory = id.substr(0, id.find('@'));
    request.changes.push_back({RepoPath::of(id == "." ? "main.tf" : directory + "/main.tf")});
  }
  return request;
}

}  // namespace hand_made
