#pragma once

#include "pipeline/build_pipeline.hpp"

namespace statelane::pipeline {

/// A pipeline of all states of `head`, to be committed and run without a pre-stage: GitLab itself decides by `changes`
/// which lanes a push or merge request has. It holds nothing that differs from commit to commit, so that it is out of
/// date only when a lane is.
///
/// Plans run in merge requests and on pushes to branches (one of both where a merge request is open; on apply branches
/// always), and for every state where a person sets STATELANE_OPT_ALL. Gates exist on pushes to existing apply branches
/// alone: in all other pipelines GitLab has nothing to compare and takes every rule as true. Jobs need others only
/// where those exist, and applies name all applies before them.
///
/// Of the request, `command_line`, `server`, `image`, `gates`, `jobs` and `changes_keyword` are read. Branches that
/// GitLab's expressions cannot name, and the keyword `none`, are errors.
Pipeline build_static_pipeline(const PipelineRequest& request, const states::StateGraph& head,
                               const TemplateSet& templates, const config::Config& config, Diagnostics& diagnostics);

}  // namespace statelane::pipeline
