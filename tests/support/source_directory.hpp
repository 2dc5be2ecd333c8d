#pragma once

#include <filesystem>

namespace statelane::support {

/// The top of this project's source, for tests that read fixtures or run scripts.
std::filesystem::path source_directory();

}  // namespace statelane::support
