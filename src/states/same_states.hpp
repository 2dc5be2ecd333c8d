#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>

#include "base/changed_path.hpp"
#include "facts/fact_store.hpp"
#include "repo/tree.hpp"
#include "states/load_states.hpp"
#include "states/path_table.hpp"
#include "states/tree_records.hpp"

namespace statelane::states {

/// Tells which states of a loaded tree another tree has too, and which of them are the same there, without loading that
/// one: by where the two differ, and by what each state was worked out from. In doubt it says no.
///
/// Both trees have the same `.statelane.yml`, links, submodules and `.gitattributes`, and no units.
class SameStates {
 public:
  /// `changed`: where `other` and the loaded tree differ, sorted by path. `added`: only the loaded one has it.
  SameStates(const LoadedStates& loaded, const repo::Tree& other, std::span<const ChangedPath> changed,
             facts::FactStore& facts);

  /// The state is there under the same id, whatever it reads.
  bool is_there(std::uint32_t state);

  /// The state is there, and reads the same places in the same ways: what claims a path here claims it there.
  bool is_same(std::uint32_t state);

 private:
  void note(const ChangedPath& change);
  bool is_state_directory_there(const RepoPath& directory);
  bool has_other_instances(const State& state) const;
  bool may_become_one(const RepoPath& directory) const;
  bool has_backend_there(const RepoPath& file);
  bool has_shaken_states_below(const State& state);
  bool holds(const AnsweredQuestion& question);

  const LoadedStates& loaded_;
  const repo::Tree& other_;
  facts::FactStore& facts_;
  PathSet touched_;          ///< what differs, and every directory above
  PathSet parents_;          ///< directories in which something differs directly
  PathSet modules_;          ///< … a configuration file does
  PathSet renamed_modules_;  ///< directories below which a configuration file is on one side only
  PathSet tofu_;             ///< directories in which a file of OpenTofu's is on one side only
  PathSet naming_;           ///< directories below which something is on one side only that may make an instance
  PathSet resized_;          ///< directories below which anything is on one side only
  std::unordered_map<RepoPath, bool> state_directories_;  ///< what was found out
  std::optional<PathSet> shaken_;  ///< directories above those that may be a state's on one side only
};

}  // namespace statelane::states
