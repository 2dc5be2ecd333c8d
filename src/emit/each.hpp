#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/repo_path.hpp"
#include "batch/run_batch.hpp"
#include "emit/view.hpp"

namespace statelane::emit {

/// What one command of `each` was run for, and what became of it.
struct EachRun {
  std::string id;          ///< of the state; of a module its directory
  bool is_module = false;  ///< a module directory that changed
  RepoPath directory;
  std::optional<std::string> instance{};
  batch::Outcome outcome{};
};

/// How it ended, in a few words: "exit code 1", "ended by signal KILL", "stopped", "waits for network/prod".
std::string describe_end(const EachRun& run, const std::vector<EachRun>& all);

/// A table with all that needs a person first, and the counts.
std::string render_each_text(const std::vector<EachRun>& runs, const View& view);

/// `statelane/each/1`
std::string render_each_json(const std::vector<EachRun>& runs);

}  // namespace statelane::emit
