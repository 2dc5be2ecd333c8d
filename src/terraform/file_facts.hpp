#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/diagnostics.hpp"
#include "base/repo_path.hpp"
#include "hcl/arena.hpp"
#include "hcl/syntax.hpp"

namespace statelane::terraform {

/// `name = value` with the line it stands on.
struct NamedExpression {
  std::string_view name;
  const hcl::Expression* value = nullptr;
  std::uint32_t line = 0;
};

/// `module "name" { source = … }`
struct ModuleCall {
  std::string_view name;
  const hcl::Expression* source = nullptr;     ///< null when it is missing
  std::span<const NamedExpression> arguments;  ///< everything but Terraform's own (`source`, `version`, `providers`, …)
  std::uint32_t line = 0;
};

/// `terraform { backend "type" { … } }` or `terraform { cloud { … } }`
struct Backend {
  std::string_view type;                        ///< `cloud` for a cloud block
  std::span<const NamedExpression> attributes;  ///< those of nested blocks as `workspaces.name`
  std::uint32_t line = 0;
};

/// `data "terraform_remote_state" "name" { … }`
struct RemoteState {
  std::string_view name;
  const hcl::Expression* backend = nullptr;    ///< null when it is missing
  const hcl::Expression* config = nullptr;     ///< an object; null when it is missing
  const hcl::Expression* workspace = nullptr;  ///< null: the default workspace
  const hcl::Expression* for_each = nullptr;   ///< null: one instance
  std::uint32_t line = 0;
};

enum class ReferenceKind {
  file,       ///< the first argument of `file`, `templatefile`, `fileexists` …: relative to the working directory
  file_set,   ///< `fileset(path, pattern)`: `value` is the call
  path_text,  ///< a string that may be a path because of how it begins
  use,        ///< `local.x` or `var.x` by itself, whose value may be path text
};

/// An expression that may name a file.
struct FileReference {
  ReferenceKind kind = ReferenceKind::file;
  const hcl::Expression* value = nullptr;
  std::string_view text;                    ///< of a `use`: as written, for telling two apart
  std::span<const std::string_view> bound;  ///< names of the `for` variables in force: nothing is known of them
  bool is_definition =
      false;  ///< it stands in `locals`, a variable's default or a module argument: uses elsewhere count too
  std::uint32_t line = 0;
};

/// What one configuration file says, as far as other files can matter for it. It depends on the file's bytes alone:
/// expressions are copies, the text is not kept. Spans and views live as long as the facts; moving them keeps them
/// valid.
struct FileFacts {
  std::span<const ModuleCall> modules;
  std::span<const Backend> backends;
  std::span<const RemoteState> remote_states;
  std::span<const NamedExpression> locals;
  std::span<const NamedExpression> variables;  ///< with their defaults; `value` is null where there is none
  std::span<const FileReference> references;
  Diagnostics faults;  ///< with the root as path: who uses the facts knows the file
  bool has_faults = false;
  std::string_view required_version;  ///< literal text; empty when there is none
  hcl::Arena arena;                   ///< owns everything above
};

/// Reads the facts of one parsed configuration file.
FileFacts to_file_facts(const hcl::File& file, Diagnostics faults);

}  // namespace statelane::terraform
