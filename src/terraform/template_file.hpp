#pragma once

#include <span>
#include <string>

#include "base/diagnostics.hpp"
#include "hcl/arena.hpp"
#include "terraform/file_facts.hpp"

namespace statelane::terraform {

/// What a file that `templatefile` names says: which files its own calls read. It depends on the file's bytes alone.
struct TemplateFile {
  std::span<const FileReference> references;  ///< of the kinds `file`, `file_set` and `template_file`
  bool is_too_large = false;                  ///< to be parsed: what it reads is not known
  Diagnostics faults;                         ///< with the root as path
  hcl::Arena arena;                           ///< owns everything above
};

/// Reads a template. One that names no function that reads files is not parsed, and neither is one of more than 4 MiB.
/// What is no template gives a fault, and what could be read.
TemplateFile read_template_file(std::string text);

/// No template that anybody renders is larger: such a file is not worth reading to find out.
inline constexpr std::size_t largest_template = std::size_t{64} << 20;

}  // namespace statelane::terraform
