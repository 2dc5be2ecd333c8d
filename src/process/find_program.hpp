#pragma once

#include <string>
#include <string_view>

namespace statelane::process {

/// The file that `name` means: itself when it holds a slash, else the first executable file of that name in the
/// absolute directories of `search_path` (relative entries are skipped: they would mean something else after the change
/// of directory). Throws `Error`: not_found, or cannot_execute when there are only files that may not be executed.
std::string find_program(const std::string& name, std::string_view search_path);

}  // namespace statelane::process
