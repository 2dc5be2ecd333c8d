#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "config/config.hpp"
#include "facts/fact_store.hpp"
#include "lint/lint.hpp"
#include "repo/memory_tree.hpp"
#include "states/load_states.hpp"

/// Path and content of the files of a repository.
using Files = std::vector<std::pair<std::string, std::string>>;

inline statelane::repo::MemoryTree tree_of(const Files& files) {
  std::map<statelane::RepoPath, statelane::repo::MemoryTree::File> content;
  for (const auto& [path, text] : files) content[statelane::RepoPath::of(path)] = {text};
  return statelane::repo::MemoryTree(std::move(content));
}

inline statelane::lint::LintResult lint_files(const Files& files, const std::string& path = ".gitlab-ci.yml") {
  const auto tree = tree_of(files);
  statelane::facts::FactStore facts;
  statelane::Diagnostics diagnostics;
  const auto loaded = statelane::states::load_states(tree, statelane::config::Config{}, facts, diagnostics);
  return statelane::lint::lint_pipeline(tree, statelane::RepoPath::of(path), loaded.graph, {});
}

/// Each finding as `line: rule: message`, in order.
inline std::vector<std::string> findings_of(const statelane::lint::LintResult& result) {
  std::vector<std::string> lines;
  for (const auto& finding : result.findings) {
    lines.push_back(fmt::format("{}: {}: {}", finding.diagnostic.range->begin.line,
                                statelane::lint::describe(finding.rule).id, finding.diagnostic.message));
  }
  return lines;
}

/// Those of one rule, as `line: message`.
inline std::vector<std::string> findings_of(const statelane::lint::LintResult& result, statelane::lint::Rule rule) {
  std::vector<std::string> lines;
  for (const auto& finding : result.findings) {
    if (finding.rule != rule) continue;
    lines.push_back(fmt::format("{}: {}", finding.diagnostic.range->begin.line, finding.diagnostic.message));
  }
  return lines;
}

using Lines = std::vector<std::string>;
