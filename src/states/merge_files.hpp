#pragma once

#include "states/module_index.hpp"

namespace statelane::states {

/// Adds what `file`, one of `module.files`, says to `tool`. Files come in the order in which they are loaded, overrides
/// last, and among each of the two OpenTofu's own last.
void merge_file(const LoadedFile& file, terraform::Tool tool, Module& module);

}  // namespace statelane::states
