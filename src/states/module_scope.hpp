#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>

#include "hcl/fold.hpp"
#include "repo/tree.hpp"
#include "states/module_index.hpp"

namespace statelane::states {

/// Values by variable name.
using Arguments = std::map<std::string, hcl::Value>;

/// What is the same for every module of one lane.
struct Lane {
  const repo::Tree& tree;
  RepoPath working_directory;  ///< the state directory
  std::string workspace;       ///< empty: not known
};

/// Answers for functions that read files, as far as the tree tells: the files that `fileset` lists.
std::optional<hcl::Value> call_file_function(const Lane& lane, std::string_view name,
                                             std::span<const hcl::Value> arguments);

/// What one call of a module knows of names while its expressions are folded. `path.module` of the root module is `.`;
/// of every other, and for `path.cwd`, it is absolute (`repository_root`).
class ModuleScope {
 public:
  /// `arguments` are what the caller gives; for the root module what the lane fixes. `lane` and `module` outlive the
  /// scope.
  ModuleScope(const Module& module, const Lane& lane, Arguments arguments, bool is_root);

  const Module& module() const { return module_; }
  const Arguments& arguments() const { return arguments_; }

  /// Folds an expression that stands in this module. `variables` are those of the loops around it.
  hcl::Value fold(const hcl::Expression& expression, std::span<const hcl::Variable> variables = {}) const;

 private:
  hcl::Value lookup(std::string_view root, std::string_view name, const SourceRange& range) const;
  hcl::Value local_value(std::string_view name, const SourceRange& range) const;
  hcl::Value variable_value(std::string_view name, const SourceRange& range) const;
  hcl::Value default_value(std::string_view name, const SourceRange& range) const;
  std::optional<hcl::Value> initial_value(const Module::Variable& variable) const;
  hcl::Value alternatives_value(const Module::Definition& definition) const;
  hcl::Value path_value(std::string_view name, const SourceRange& range) const;

  const Module& module_;
  const Lane& lane_;
  Arguments arguments_;
  bool is_root_;
  mutable std::unordered_map<std::string_view, hcl::Value> locals_;  ///< folded once
  mutable std::set<std::string_view> folding_;                       ///< locals on the way, to notice circles
};

}  // namespace statelane::states
