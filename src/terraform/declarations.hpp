#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace statelane::terraform {

/// What one block, or one local, declares, and what it mentions of others.
struct Declaration {
  /// `resource.TYPE.NAME`, `data.TYPE.NAME`, `module.NAME`, `local.NAME`, `var.NAME`, `output.NAME`, `provider.NAME`,
  /// `check.NAME`; `other` for every block of another kind.
  std::string address;
  std::string digest;  ///< of its tokens: equal digests, equal meaning
  std::uint32_t first_line = 0;
  std::uint32_t last_line = 0;
  std::set<std::string> references;  ///< addresses; `*` where it cannot be told which

  friend bool operator==(const Declaration&, const Declaration&) = default;
};

/// The declarations of one configuration file in native syntax, in its order, by syntax alone.
struct Declarations {
  std::vector<Declaration> all;
  /// Outputs that are read of other states: the name of the `terraform_remote_state`, and of the output, `*` for any.
  std::set<std::pair<std::string, std::string>> remote_outputs;
  bool is_whole = true;  ///< the file has no faults, so that nothing is missing
};

Declarations read_declarations(const std::string& text);

}  // namespace statelane::terraform
