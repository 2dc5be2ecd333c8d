#pragma once

#include <filesystem>
#include <optional>

#include "cli/options.hpp"
#include "facts/fact_store.hpp"
#include "repo/repository.hpp"

namespace statelane::cli {

/// Where something is kept between runs: the directory of `--cache`, else `statelane` below git's own; empty with
/// `--no-cache`.
std::optional<std::filesystem::path> cache_directory(const repo::Repository& repository, const Options& options);

/// The store of facts with what earlier runs left; empty with `--no-cache`.
facts::FactStore open_facts(const repo::Repository& repository, const Options& options);

}  // namespace statelane::cli
