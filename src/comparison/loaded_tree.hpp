#pragma once

#include <memory>

#include "base/diagnostics.hpp"
#include "config/config.hpp"
#include "config/executed.hpp"
#include "facts/fact_store.hpp"
#include "repo/tree.hpp"
#include "states/load_states.hpp"

namespace statelane::comparison {

/// The branch whose configuration decides what is executed, instead of the one that is read.
struct TrustedConfig {
  std::string name;                    ///< as it was asked for: `target`, `default`
  std::string branch;                  ///< for people: `main`, or a commit
  std::string commit;                  ///< its id
  std::unique_ptr<repo::Tree> tree{};  ///< with the templates
  config::Config config{};
  config::Deciding deciding = config::Deciding::executed;
};

/// A tree with its own configuration and the states that are found in it.
struct LoadedTree {
  std::unique_ptr<repo::Tree> tree;  ///< null: the empty tree
  config::Config config;             ///< where another branch decides what is executed, with that
  config::Config own_config;         ///< as the tree has it
  bool has_faulty_config = false;    ///< it was not taken as it is written, so that the states may be others
  states::LoadedStates states;
};

/// The configuration of a tree, through a symbolic link too.
config::Config read_config(const repo::Tree& tree, Diagnostics& diagnostics);

/// Reads configuration and states of a tree. Null is the empty tree. What is executed is as `trusted` has it, where
/// there is one.
LoadedTree load_tree(std::unique_ptr<repo::Tree> tree, facts::FactStore& facts, Diagnostics& diagnostics,
                     const TrustedConfig* trusted = nullptr);

}  // namespace statelane::comparison
