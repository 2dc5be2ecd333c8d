#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/diagnostics.hpp"
#include "facts/fact_store.hpp"
#include "repo/tree.hpp"
#include "states/scan.hpp"

namespace statelane::states {

/// One configuration file as a directory loads it.
struct LoadedFile {
  RepoPath path;
  const terraform::FileFacts* facts = nullptr;
};

/// What the configuration files of one directory say together. Of two definitions of one name the last loaded counts,
/// so that override files override; calls and references of all files count, which can only be wider.
struct Module {
  struct Definition {
    const terraform::NamedExpression* expression = nullptr;
    const LoadedFile* file = nullptr;
  };

  RepoPath directory;
  std::vector<LoadedFile> files;
  std::unordered_map<std::string_view, Definition> locals;
  std::unordered_map<std::string_view, Definition> variables;
  const terraform::Backend* backend = nullptr;  ///< null when there is none
  const LoadedFile* backend_file = nullptr;
};

/// The directories with configuration of one tree, each read when it is first asked for.
class ModuleIndex {
 public:
  ModuleIndex(const repo::Tree& tree, const Scan& scan, facts::FactStore& facts, Diagnostics& diagnostics)
      : tree_(tree), scan_(scan), facts_(facts), diagnostics_(diagnostics) {}

  /// The module in `directory`; null when there is no configuration file. Faults of its files are added to the
  /// diagnostics, once.
  const Module* find(const RepoPath& directory);

  /// The assignments in a file of values; null when there is no such file.
  const terraform::VariableFile* find_variables(const RepoPath& path);

 private:
  Module load(const ScannedDirectory& directory);
  void report(const Diagnostics& faults, const RepoPath& path);

  const repo::Tree& tree_;
  const Scan& scan_;
  facts::FactStore& facts_;
  Diagnostics& diagnostics_;
  std::unordered_map<RepoPath, std::unique_ptr<Module>> modules_;
};

}  // namespace statelane::states
