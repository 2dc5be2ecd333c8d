#include "cli/open_facts.hpp"

#include "base/build_id.hpp"

namespace statelane::cli {

facts::FactStore open_facts(const repo::Repository& repository, const Options& options) {
  if (options.no_cache) return {};
  const std::filesystem::path directory =
      options.cache.empty() ? repository.common_directory() / "statelane" : std::filesystem::path(options.cache);
  return {directory, build_id()};
}

}  // namespace statelane::cli
