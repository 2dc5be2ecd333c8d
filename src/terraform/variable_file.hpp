#pragma once

#include <span>

#include "base/diagnostics.hpp"
#include "hcl/arena.hpp"
#include "hcl/syntax.hpp"
#include "terraform/file_facts.hpp"

namespace statelane::terraform {

/// A file of plain assignments: variable values (`*.tfvars`) or backend settings (`backend.tfvars`, `*.tfbackend` …).
/// It depends on the file's bytes alone.
struct VariableFile {
  std::span<const NamedExpression> values;
  std::span<const FileReference> references;  ///< values that may be paths
  Diagnostics faults;                         ///< with the root as path
  bool is_cut = false;                        ///< see `hcl::File::is_cut`
  hcl::Arena arena;                           ///< owns everything above

  /// The value called `name`; null when there is none.
  const hcl::Expression* find(std::string_view name) const;
};

/// Reads the assignments of one parsed file; blocks are passed over, as backend files of Terraform's `-backend-config`
/// have none.
VariableFile to_variable_file(const hcl::File& file, Diagnostics faults);

}  // namespace statelane::terraform
