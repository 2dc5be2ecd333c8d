#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "support/preset.hpp"

namespace statelane::support {

/// Writes a generated repository and `commits` more commits, each changed by `make_change`, into the git repository at
/// `directory` through `git fast-import`; nothing is checked out. Author and dates are fixed, so ids are too. The ids
/// of all commits, oldest first; the branch `main` points at the last.
std::vector<std::string> import_preset(const std::filesystem::path& directory, PresetRepository& repository,
                                       std::size_t commits);

}  // namespace statelane::support
