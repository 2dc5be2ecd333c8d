#pragma once

#include <string>
#include <string_view>

namespace statelane::runner {

/// What a lane's tool says of itself.
struct ToolIdentity {
  std::string name{};     ///< `Terraform` or `OpenTofu`; empty: it does not say
  std::string version{};  ///< `1.11.4`

  bool is_opentofu() const { return name == "OpenTofu"; }
  bool is_terraform() const { return name == "Terraform"; }
  bool is_at_least(int major, int minor, int patch = 0) const;
};

/// Reads what `version` prints; its first line of the kind counts.
ToolIdentity parse_tool_identity(std::string_view printed);

/// The commands that want the lane's variable files besides `plan`, by tool and version.
enum class VariableUse { init, workspace, show, apply, output };

/// Whether the command takes variable files and may want them. OpenTofu 1.8 and later evaluate module sources, backends
/// and encryption with them, and from 1.11 on compare them with the plan's when it is applied; Terraform 1.15 and later
/// evaluate module sources with them, and from 1.10 on want ephemeral variables again for an apply. There it refuses
/// those that are null, so they go along only where the configuration has such variables.
bool wants_var_files(const ToolIdentity& tool, VariableUse use, bool has_ephemeral_variables);

}  // namespace statelane::runner
