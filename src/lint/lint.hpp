#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gitlab/version.hpp"
#include "lint/finding.hpp"
#include "repo/tree.hpp"
#include "states/state_graph.hpp"

namespace statelane::lint {

struct LintSettings {
  std::string default_branch = "main";
  std::optional<gitlab::Version> server;  ///< its version, where something says it; empty: the newest is assumed
};

/// Something that `lint` could not look at, or could not tell: no finding.
struct NotLookedAt {
  RepoPath file;
  std::uint32_t line = 0;
  std::string what;

  friend auto operator<=>(const NotLookedAt&, const NotLookedAt&) = default;
};

struct LintResult {
  std::vector<RepoPath> files;             ///< read, each once, sorted
  std::vector<Finding> findings;           ///< sorted by place
  std::vector<NotLookedAt> not_looked_at;  ///< sorted, each once
  std::size_t jobs = 0;                    ///< of the file and its children
  std::vector<std::string> states;         ///< ids of those that some job plans or applies, sorted
};

/// Reads the pipeline file at `path` of `tree` with its includes and child pipelines, and checks it against GitLab's
/// rules, the rules of `all_rules` and the inputs of `graph`'s states, which come from the same tree. Throws `Error`
/// (user files) when there is no such file.
LintResult lint_pipeline(const repo::Tree& tree, const RepoPath& path, const states::StateGraph& graph,
                         const LintSettings& settings);

/// What GitLab, at this version, would refuse of a pipeline that we wrote ourselves: its files are the whole tree, and
/// `path` includes them as a trigger job does. Each as `file:line: message`. Empty: nothing.
std::vector<std::string> find_refusals(const repo::Tree& tree, const RepoPath& path, const gitlab::Version& server);

/// The trigger patterns that a hand-written pipeline has for a state.
struct StateTriggers {
  std::string state;                  ///< its id
  std::string job;                    ///< that plans or applies it
  bool always = false;                ///< nothing about paths keeps the job from a push to the default branch
  std::vector<std::string> patterns;  ///< sorted; those of lists that may start the job on that push
};

/// Per state and job of the pipeline file, which patterns start it on a push to the default branch; sorted by state and
/// job. Empty when there is no such file or it cannot be read. For comparing hand-written lists with what a state reads
/// (`gitlab::matches_pattern`).
std::vector<StateTriggers> trigger_lists(const repo::Tree& tree, const RepoPath& path, const states::StateGraph& graph,
                                         const LintSettings& settings);

}  // namespace statelane::lint
