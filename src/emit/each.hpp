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

/// How what did not succeed ended, in a few words: "exit code 1", "stopped: ended by signal KILL", why it could not be
/// started; empty where it was not begun.
std::string describe_end(const batch::Outcome& outcome);

/// A table with all that needs a person first, and the counts.
std::string render_each_text(const std::vector<EachRun>& runs, const View& view);

/// `statelane/each/1`
std::string render_each_json(const std::vector<EachRun>& runs);

}  // namespace statelane::emit
