#include "cli/open_facts.hpp"

#include <fmt/format.h>

#include "base/build_id.hpp"
#include "base/error.hpp"
#include "cli/read_trees.hpp"

namespace statelane::cli {

namespace {

/// `v1`, `1.2.3`: a job's clone often has no tags, and nobody calls a branch like that.
bool looks_like_version(std::string_view ref) {
  if (ref.starts_with('v')) ref.remove_prefix(1);
  return !ref.empty() && ref.front() >= '0' && ref.front() <= '9' &&
         ref.find_first_not_of("0123456789.") == std::string_view::npos;
}

facts::OwnRepository find_own_repository(const repo::Repository& repository) {
  facts::OwnRepository own{repository.remote_addresses()};
  const gitlab::PredefinedVariables variables = read_predefined_variables();
  for (const char* name : {"CI_PROJECT_URL", "CI_REPOSITORY_URL"})
    if (const auto address = gitlab::value_of(variables, name); !address.empty()) own.addresses.emplace_back(address);
  own.is_fixed = [&repository](const std::string& ref) {
    if (repository.has_tag(ref)) return true;
    return looks_like_version(ref) && !repository.has_branch(ref);
  };
  return own;
}

/// A link below the work tree is one that a commit may hold.
void refuse_links(const std::filesystem::path& directory, const std::filesystem::path& work_tree) {
  const auto below = std::filesystem::absolute(directory).lexically_normal().lexically_relative(work_tree);
  if (below.empty() || *below.begin() == "..") return;
  std::filesystem::path on_the_way = work_tree;
  for (const std::filesystem::path& part : below) {
    on_the_way /= part;
    std::error_code fault;
    if (!std::filesystem::is_symlink(std::filesystem::symlink_status(on_the_way, fault))) continue;
    throw Error(ErrorKind::environment,
                fmt::format("cannot keep a cache in {}: {} is a symbolic link in the repository", directory.string(),
                            on_the_way.string()),
                {"name another directory with --cache, or leave it out with --no-cache"});
  }
}

}  // namespace

std::optional<std::filesystem::path> cache_directory(const repo::Repository& repository, const Options& options) {
  if (options.no_cache) return std::nullopt;
  if (options.cache.empty()) return repository.common_directory() / "statelane";
  if (const auto top = repository.work_tree()) refuse_links(options.cache, *top);
  return options.cache;
}

facts::FactStore open_facts(const repo::Repository& repository, const Options& options) {
  const auto directory = cache_directory(repository, options);
  facts::FactStore store = directory ? facts::FactStore(*directory, build_id()) : facts::FactStore();
  store.set_own_repository(find_own_repository(repository));
  return store;
}

}  // namespace statelane::cli
