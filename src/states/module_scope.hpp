#pragma once

#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "hcl/fold.hpp"
#include "repo/links.hpp"
#include "repo/tree.hpp"
#include "states/module_index.hpp"

namespace statelane::states {

/// Values by variable name.
using Arguments = hcl::Value::Map;

/// What is the same for every module of one lane.
struct Lane {
  const repo::Tree& tree;
  RepoPath working_directory;  ///< the state directory
  std::string workspace;       ///< empty: not known
  ModuleIndex& modules;
  terraform::Tool tool = terraform::Tool::unknown;
  std::optional<RepoPath> copied = std::nullopt;  ///< of a unit: modules outside this directory are not there
  mutable int scopes_left = 2'000;                ///< calls of modules whose outputs may still be asked for
};

/// Answers for functions that read files, as far as the tree tells: what `file` reads and `fileset` lists. `yamldecode`
/// is answered here too.
std::optional<hcl::Value> call_file_function(const Lane& lane, std::string_view name,
                                             std::span<const hcl::Value> arguments);

/// The source of a module names a directory.
bool is_local_source(std::string_view source);

/// Where a call of a module leads.
struct ModuleTarget {
  RepoPath directory;
  std::string path;  ///< `path.module` in it: relative to the state directory, as it is written
};

/// What one call of a module knows of names while its expressions are folded.
class ModuleScope {
 public:
  /// `path`: what `path.module` is there. `arguments` are what the caller gives; for the root module, whose path is
  /// `.`, what the lane fixes. `lane` and `module` outlive the scope.
  ModuleScope(const Module& module, const Lane& lane, std::string path, Arguments arguments, bool is_root);
  ~ModuleScope();
  ModuleScope(ModuleScope&&) = delete;

  const Module& module() const { return module_; }

  /// Folds an expression that stands in this module. `variables` are those of the loops around it.
  hcl::Value fold(const hcl::Expression& expression, std::span<const hcl::Variable> variables = {}) const;

  /// The module that a call with the source `source` leads to, links followed; empty when it leaves the repository.
  std::optional<ModuleTarget> target_of(std::string_view source, repo::Resolved& resolved) const;

  /// The arguments of each instance of a call.
  std::vector<Arguments> arguments_of(const Module::Call& call) const;

 private:
  using Children = std::vector<std::unique_ptr<ModuleScope>>;

  hcl::Value lookup(std::string_view root, std::string_view name, const SourceRange& range) const;
  hcl::Value local_value(std::string_view name, const SourceRange& range) const;
  hcl::Value variable_value(std::string_view name, const SourceRange& range) const;
  hcl::Value default_value(std::string_view name, const SourceRange& range) const;
  std::optional<hcl::Value> initial_value(const Module::Variable& variable) const;
  hcl::Value alternatives_value(const Module::Definition& definition) const;
  hcl::Value path_value(std::string_view name, const SourceRange& range) const;
  std::optional<hcl::ObjectAttribute> attribute(const hcl::Object& object, std::string_view name) const;
  std::optional<hcl::ObjectAttribute> plain_attribute(const hcl::Object& object, std::string_view name) const;
  std::optional<hcl::ObjectAttribute> output(std::string_view call, std::string_view name) const;
  hcl::Value output_value(std::string_view name) const;
  bool is_read_whole() const;
  hcl::Value module_value(std::string_view name, const std::string& reason, const SourceRange& range) const;
  bool reads_stored_file() const;
  const Children* children_of(const Module::Call& call) const;
  std::optional<ModuleTarget> only_target(const Module::Call& call) const;

  const Module& module_;
  const Lane& lane_;
  std::string path_;
  Arguments arguments_;
  bool is_root_;
  mutable std::unordered_map<std::string_view, hcl::Value> locals_;  ///< folded once
  mutable std::set<std::string> folding_;                            ///< names on the way, to notice circles
  mutable std::map<std::string_view, Children> children_;            ///< by call, the scopes of its instances
  mutable std::optional<bool> reads_stored_file_;                    ///< asked once
};

}  // namespace statelane::states
