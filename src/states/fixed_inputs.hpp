#pragma once

#include <optional>
#include <string>
#include <vector>

#include "states/input_set.hpp"
#include "states/instances.hpp"
#include "states/sources.hpp"

namespace statelane::states {

/// The variable files that Terraform loads in `directory` for `instance`, in the order in which it reads them: of two
/// that give one variable the later wins.
std::vector<RepoPath> loaded_variable_files(const Sources& sources, const RepoPath& directory,
                                            const Instance& instance);

/// A glob of the configuration where it is looked for.
struct ConfiguredGlob {
  RepoPath directory;  ///< the deepest directory without a wildcard; links are not followed yet
  std::string rest;    ///< what is asked of names below it
  std::string glob;    ///< all of it, from the root
};

/// The glob `text` of the configuration, relative to `from`; a `**` at the end means everything below. Empty when it
/// leaves the repository.
std::optional<ConfiguredGlob> split_configured(const RepoPath& from, std::string text);

/// Adds the inputs that need no look at the configuration's text: the directory itself, its lock file, version pins,
/// variable and backend files with the links on the way to them, and what `.statelane.yml` names.
void add_fixed_inputs(const Sources& sources, const RepoPath& directory, const Instance& instance,
                      const config::Settings& settings, InputSet& inputs);

}  // namespace statelane::states
