#include "hcl/file_builder.hpp"

#include <fmt/format.h>

namespace statelane::hcl {

File make_file(std::string source, const RepoPath& path, Diagnostics& diagnostics) {
  if (source.size() <= largest_file) return File(std::move(source), path);
  diagnostics.error(path, std::nullopt,
                    fmt::format("the file has more than {} MiB and was not read", largest_file >> 20),
                    {"keep data in files of their own, and name them"});
  File file("", path);
  FileBuilder(file).set_faults(true);
  return file;
}

}  // namespace statelane::hcl
