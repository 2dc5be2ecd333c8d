#pragma once

#include <memory>

#include "base/diagnostics.hpp"
#include "config/config.hpp"
#include "facts/fact_store.hpp"
#include "repo/tree.hpp"
#include "states/load_states.hpp"

namespace statelane::comparison {

/// A tree with its own configuration and the states that are found in it.
struct LoadedTree {
  std::unique_ptr<repo::Tree> tree;  ///< null: the empty tree
  config::Config config;
  states::LoadedStates states;
};

/// Reads configuration and states of a tree. Null is the empty tree.
LoadedTree load_tree(std::unique_ptr<repo::Tree> tree, facts::FactStore& facts, Diagnostics& diagnostics);

}  // namespace statelane::comparison
