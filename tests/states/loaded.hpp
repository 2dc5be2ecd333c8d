#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "repo/memory_tree.hpp"
#include "states/load_states.hpp"

/// What a tree made of strings says.
struct Loaded {
  explicit Loaded(const std::map<std::string, std::string>& files) {
    std::map<statelane::RepoPath, statelane::repo::MemoryTree::File> entries;
    for (const auto& [path, text] : files) {
      const bool is_link = text.starts_with("-> ");
      entries[statelane::RepoPath::of(path)] = {
          is_link ? text.substr(3) : text,
          is_link ? statelane::repo::EntryKind::symlink : statelane::repo::EntryKind::file};
    }
    tree = statelane::repo::MemoryTree(std::move(entries));
    const auto config_path = statelane::RepoPath::of(statelane::config::file_name);
    if (tree.find(config_path))
      config = statelane::config::parse_config(tree.read(config_path), config_path, diagnostics);
    states = statelane::states::load_states(tree, config, facts, diagnostics);
  }

  const statelane::states::State& state(std::string_view id) const {
    return states.graph.states().at(states.graph.find(id).value());
  }

  std::vector<std::string> ids() const {
    std::vector<std::string> result;
    for (const auto& entry : states.graph.states()) result.push_back(entry.id);
    return result;
  }

  /// The ids of the states that claim `path`.
  std::vector<std::string> readers(std::string_view path) const {
    std::vector<std::string> result;
    for (const auto& claim : states.graph.claims(statelane::RepoPath::of(path))) {
      const std::string& id = states.graph.states()[claim.state].id;
      if (result.empty() || result.back() != id) result.push_back(id);
    }
    return result;
  }

  /// Paths, or globs, of the inputs of one kind.
  std::vector<std::string> inputs(std::string_view id, statelane::states::InputKind kind) const {
    std::vector<std::string> result;
    for (const auto& entry : state(id).inputs) {
      if (entry.kind == kind) result.push_back(entry.glob.empty() ? entry.path.display() : entry.glob);
    }
    return result;
  }

  statelane::Diagnostics diagnostics;
  statelane::repo::MemoryTree tree;
  statelane::config::Config config;
  statelane::facts::FactStore facts;
  statelane::states::LoadedStates states;
};

using Texts = std::vector<std::string>;
