#include "cli/open_facts.hpp"

#include "base/build_id.hpp"

namespace statelane::cli {

std::optional<std::filesystem::path> cache_directory(const repo::Repository& repository, const Options& options) {
  if (options.no_cache) return std::nullopt;
  return options.cache.empty() ? repository.common_directory() / "statelane" : std::filesystem::path(options.cache);
}

facts::FactStore open_facts(const repo::Repository& repository, const Options& options) {
  const auto directory = cache_directory(repository, options);
  if (!directory) return {};
  return {*directory, build_id()};
}

}  // namespace statelane::cli
