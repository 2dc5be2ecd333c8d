#include "hcl/file_builder.hpp"

#include <fmt/format.h>

#include "hcl/parse.hpp"

namespace statelane::hcl {

File make_file(std::string source, const RepoPath& path, Diagnostics& diagnostics) {
  if (source.size() <= largest_file) return File(std::move(source), path);
  diagnostics.error(path, std::nullopt,
                    fmt::format("the file has more than {} MiB and was not read", largest_file >> 20),
                    {keep_data_apart});
  File file("", path);
  FileBuilder(file).set_faults(true, true);
  return file;
}

std::string too_many_values() {
  return fmt::format("the file has more than {} values and was read no further", most_values);
}

}  // namespace statelane::hcl
