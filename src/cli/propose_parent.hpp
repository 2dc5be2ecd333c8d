#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/read_trees.hpp"

namespace statelane::cli {

/// A file as it is and as `init` would leave it.
struct Proposal {
  std::string name;
  std::string before;
  std::string after;
  bool loses_nothing = false;  ///< of what is there
};

/// What `init` would write, and what is left to a person.
struct Proposals {
  std::vector<Proposal> files;
  std::vector<std::string> hints;
};

/// Where the image of the jobs is not named.
inline constexpr const char* placeholder_image = "registry.example.com/tools/statelane:1";

/// The parent pipeline for the repository at `root` whose work tree is `side`: a file of its own, or one that the
/// pipeline file that is there includes. What keeps its jobs from running is an error, with the line to write.
Proposals propose_parent(const std::filesystem::path& root, const LoadedTree& side, const std::string& default_branch,
                         const Options& options, Diagnostics& diagnostics);

}  // namespace statelane::cli
