#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/options.hpp"
#include "repo/repository.hpp"

namespace statelane::cli {

/// What `each --resume` goes on with: what was asked, and what of it is done.
struct EachRecord {
  Options options;                ///< those that choose states and say how to run
  std::vector<std::string> done;  ///< keys of what succeeded
};

/// Keeps it beside the facts. False where that cannot be.
bool keep_each_record(const repo::Repository& repository, const Options& options, const EachRecord& record);

/// There is nothing to go on with any more.
void drop_each_record(const repo::Repository& repository, const Options& options);

/// What the last `each` left; empty where it left nothing that this very program can read.
std::optional<EachRecord> find_each_record(const repo::Repository& repository, const Options& options);

}  // namespace statelane::cli
