#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "hcl/fold.hpp"
#include "states/module_index.hpp"

namespace statelane::states {

/// Values by variable name.
using Arguments = std::map<std::string, hcl::Value>;

/// What one call of a module knows of names while its expressions are folded. `path.module` of the root module is `.`;
/// of every other, and for `path.cwd`, it is absolute (`repository_root`).
class ModuleScope {
 public:
  /// `working_directory` is the state directory. `arguments` are what the caller gives; for the root module what the
  /// lane fixes.
  ModuleScope(const Module& module, const RepoPath& working_directory, Arguments arguments, bool is_root,
              std::string workspace);

  const Module& module() const { return module_; }
  const Arguments& arguments() const { return arguments_; }

  /// Folds an expression that stands in this module. `bound` are `for` variables around it, `each` the element of a
  /// `for_each`.
  hcl::Value fold(const hcl::Expression& expression, std::span<const std::string_view> bound = {},
                  const std::optional<std::pair<hcl::Value, hcl::Value>>& each = std::nullopt) const;

 private:
  hcl::Value lookup(std::string_view root, std::string_view name, const SourceRange& range) const;
  hcl::Value local_value(std::string_view name, const SourceRange& range) const;
  hcl::Value variable_value(std::string_view name, const SourceRange& range) const;
  hcl::Value path_value(std::string_view name, const SourceRange& range) const;

  const Module& module_;
  RepoPath working_directory_;
  Arguments arguments_;
  bool is_root_;
  std::string workspace_;
  mutable std::unordered_map<std::string_view, hcl::Value> locals_;  ///< folded once
  mutable std::set<std::string_view> folding_;                       ///< locals on the way, to notice circles
};

}  // namespace statelane::states
