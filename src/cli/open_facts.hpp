#pragma once

#include "cli/options.hpp"
#include "facts/fact_store.hpp"
#include "repo/repository.hpp"

namespace statelane::cli {

/// The store of facts with what earlier runs left: in the directory of `--cache`, else in `statelane` below git's own
/// directory; empty with `--no-cache`.
facts::FactStore open_facts(const repo::Repository& repository, const Options& options);

}  // namespace statelane::cli
