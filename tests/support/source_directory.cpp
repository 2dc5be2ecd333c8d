#include "support/source_directory.hpp"

namespace statelane::support {

std::filesystem::path source_directory() { return STATELANE_SOURCE_DIR; }

}  // namespace statelane::support
