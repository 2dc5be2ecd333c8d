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
  Diagnostics faults;                         ///< with the root as path
  hcl::Arena arena;                           ///< owns everything above
};

/// Reads a template. One that names no function that reads files is not parsed. One that is larger than 4 MiB, or is no
/// template, gives a fault, and what could be read.
TemplateFile read_template_file(std::string text);

}  // namespace statelane::terraform
