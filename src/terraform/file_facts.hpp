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

/// What stands for one element at a time where an expression is written.
struct Loop {
  enum class Kind {
    for_expression,
    for_each,       ///< of a resource, data source or module: `each.key` and `each.value`
    dynamic_block,  ///< the iterator of a `dynamic` block, with `key` and `value`
    count,          ///< `count.index`
  };
  Kind kind = Kind::for_expression;
  std::string_view key_name;    ///< of a `for` expression; empty where it has only one name
  std::string_view value_name;  ///< of a `for` expression; `each`, the iterator, or `count`
  const hcl::Expression* collection = nullptr;
  const hcl::Expression* condition = nullptr;  ///< behind the `if` of a `for` expression; null when there is none
};

/// `name = value` with the line it stands on.
struct NamedExpression {
  std::string_view name;
  const hcl::Expression* value = nullptr;
  std::uint32_t line = 0;
};

/// `variable "name" { … }`
struct Variable {
  std::string_view name;
  const hcl::Expression* value = nullptr;  ///< the default; null where there is none
  const hcl::Expression* type = nullptr;   ///< as written: `list(string)`; null where there is none
  std::uint32_t line = 0;
};

/// `module "name" { source = … }`
struct ModuleCall {
  std::string_view name;
  const hcl::Expression* source = nullptr;     ///< null when it is missing
  std::span<const NamedExpression> arguments;  ///< everything but Terraform's own (`source`, `version`, `providers`, …)
  std::span<const Loop> loops;                 ///< its `for_each` or `count`, where the arguments need it
  bool has_instances = false;                  ///< it has `for_each` or `count`
  std::uint32_t line = 0;
};

/// A resource or data source that passes on what its block says: some attributes are known without a plan.
struct PlainObject {
  std::string_view kind;  ///< `data` or the type of a resource
  std::string_view type;  ///< of a data source
  std::string_view name;
  std::span<const NamedExpression> attributes;
  std::span<const Loop> loops;  ///< its `for_each` or `count`, where the attributes need it
  bool has_instances = false;   ///< it has `for_each` or `count`
};

/// `terraform { backend "type" { … } }`, `terraform { cloud { … } }` or, since Terraform 1.15,
/// `terraform { state_store "type" { … } }`
struct Backend {
  std::string_view type;                        ///< `cloud` for a cloud block
  std::span<const NamedExpression> attributes;  ///< those of nested blocks as `workspaces.name`
  std::uint32_t line = 0;
};

/// The backend type that stands for `data "tfe_outputs"`: a workspace of Terraform Cloud whose host is the provider's.
inline constexpr std::string_view tfe_outputs = "tfe_outputs";

/// `data "terraform_remote_state" "name" { … }`, at the top or in a `check`; and `data "tfe_outputs"`, as a remote
/// state of the type `tfe_outputs`.
struct RemoteState {
  std::string_view address;                    ///< `data.terraform_remote_state.name`
  const hcl::Expression* backend = nullptr;    ///< null when it is missing
  const hcl::Expression* config = nullptr;     ///< an object; null when it is missing
  const hcl::Expression* workspace = nullptr;  ///< null: the default workspace
  std::span<const Loop> loops;                 ///< its `for_each` or `count`
  std::uint32_t line = 0;
};

enum class ReferenceKind {
  file,           ///< the first argument of `file`, `fileexists` …: relative to the working directory
  template_file,  ///< `templatefile(path, variables)`: `value` is the call
  file_set,       ///< `fileset(path, pattern)`: `value` is the call
  path_text,      ///< a string that may be a path because of how it begins
  path_value,     ///< what an argument is given that takes a path, or a bare name of a file that is mostly read as
                  ///< configuration: it counts where something of that name is there
  use,            ///< `local.x` or `var.x` by itself, whose value may be path text
};

/// An expression that may name a file.
struct FileReference {
  ReferenceKind kind = ReferenceKind::file;
  const hcl::Expression* value = nullptr;
  std::string_view text;        ///< of a `use`: as written, for telling two apart
  std::string_view defines;     ///< `local.x` or `var.x` where it is the whole value of that local or default
  std::span<const Loop> loops;  ///< those around it that matter for `value`, the outermost first
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
  std::span<const Variable> variables;
  std::span<const NamedExpression> outputs;
  std::span<const PlainObject> objects;
  std::span<const FileReference> references;
  std::span<const std::string_view> open_names;    ///< see `NameUses`; as `local.x`, sorted
  std::span<const std::string_view> source_names;  ///< the same
  std::span<const std::string_view> workspaces;    ///< see `find_workspace_names`; sorted
  Diagnostics faults;                              ///< with the root as path: who uses the facts knows the file
  bool has_faults = false;
  bool is_cut = false;                ///< see `hcl::File::is_cut`
  std::string_view required_version;  ///< literal text; empty when there is none
  hcl::Arena arena;                   ///< owns everything above
};

/// Reads the facts of one parsed configuration file.
FileFacts to_file_facts(const hcl::File& file, Diagnostics faults);

}  // namespace statelane::terraform
