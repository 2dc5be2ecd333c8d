#pragma once

#include <cstddef>
#include <vector>

#include "pipeline/build_pipeline.hpp"

namespace statelane::pipeline {

/// What the parent pipeline is written for. It names every file, so all of them are there in every run, needed or not.
struct Capacity {
  std::size_t children = 1;  ///< trigger jobs
  std::size_t files = 1;     ///< in the `trigger:include` of each, at most 3
};

/// One child pipeline as the files that its `trigger:include` names together.
using Child = std::vector<Pipeline>;

/// `build_pipeline` for as few children as GitLab's limits on files and environments allow, states whose order matters
/// in one of them. The others have a job that does nothing, files that are not needed a hidden job. The result is
/// checked as `check_pipeline` does, and always has `capacity.children` times `capacity.files` files unless it is an
/// error that there is no room.
///
/// Where a child would still have more gates than GitLab lets jobs deploy in one pipeline, it only plans, and a warning
/// job of its own says so and what to do; where its files would be too large, it has no `changes` rules.
std::vector<Child> build_children(const PipelineRequest& request, const impact::Impact& impact,
                                  const states::StateGraph& base, const states::StateGraph& head,
                                  const TemplateSet& templates, const config::Config& config, const Capacity& capacity,
                                  Diagnostics& diagnostics);

/// What a parent needs so that all states of `head` may be affected at once, with their gates on any apply branch. Of
/// the request, `server`, `default_branch` and `image` are read. States that depend on each other and are too many for
/// one pipeline make no more children.
Capacity find_capacity(PipelineRequest request, const states::StateGraph& head, const TemplateSet& templates,
                       const config::Config& config);

/// More children are taken for a mistake: with a second stage below each of them, GitLab has room for five times as
/// many pipelines in one tree.
inline constexpr std::size_t max_children = 100;

}  // namespace statelane::pipeline
