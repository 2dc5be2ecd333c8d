#include "hcl/file_builder.hpp"

#include <fmt/format.h>

#include <limits>

namespace statelane::hcl {

File make_file(std::string source, const RepoPath& path, Diagnostics& diagnostics) {
  constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max() / 2;
  if (source.size() <= most) return File(std::move(source), path);
  diagnostics.error(path, std::nullopt, fmt::format("the file has more than {} bytes and was not read", most));
  File file("", path);
  FileBuilder(file).set_faults(true);
  return file;
}

}  // namespace statelane::hcl
