#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/repo_path.hpp"
#include "config/config.hpp"
#include "repo/tree.hpp"
#include "states/state.hpp"

namespace statelane::states {

/// One of the states that a state directory holds, or its only one.
struct Instance {
  std::optional<std::string> name;
  std::vector<RepoPath> var_files;              ///< for `-var-file`, in order; they need not exist
  std::vector<BackendArgument> backend_config;  ///< for `-backend-config`, in order; files need not exist
  std::vector<LaneVariable> variables;          ///< sorted by name
  std::string workspace;                        ///< empty: the default one
  std::vector<RepoPath> exclusive;              ///< files and directories that no other instance reads, sorted
};

/// `pattern` with `{dir}`, the last name of the state directory, and `{instance}` filled in.
std::string fill_in(const std::string& pattern, const RepoPath& directory, std::string_view instance);

/// The id of a state: the directory with `%` and `@` escaped, and the instance behind an `@`.
std::string to_state_id(const RepoPath& directory, const std::optional<std::string>& instance);

/// The files among `arguments`.
std::vector<RepoPath> backend_files(std::span<const BackendArgument> arguments);

/// The variables that `settings` fix for a lane of `directory`.
std::vector<LaneVariable> find_variables(const RepoPath& directory, const config::Settings& settings,
                                         const std::optional<std::string>& instance, Diagnostics& diagnostics);

/// What Terraform is given with `-var-file` and `-backend-config`, relative to the state directory.
std::vector<std::string> variable_arguments(const State& state);
std::vector<std::string> backend_arguments(const State& state);

/// The instances of `directory`, sorted by name; one without a name when there is nothing to tell several apart.
/// A list or a pattern of the configuration decides; where its pattern finds none there is none, and a warning.
/// Without them, and only where the backend block leaves required settings open
/// (`has_partial_backend`), conventions do:
///   <group>/<name>/backend.{tfvars,hcl,conf,tfbackend,config,ini}   with every other *.tfvars beside it
///   <name>/backend.{…}                                           the same, in a directory without configuration
///   <name>.tfbackend, <name>.backend, <name>.backend.{hcl,tfvars,conf}, backend-<name>.{hcl,tfvars,conf,tfbackend}
///     in the directory itself or in one of backend/ backends/ config/ configs/ env/ envs/ environments/, with
///     <name>.tfvars beside it or in the directory
///   backend.{…} in the directory itself: one state without a name
std::vector<Instance> find_instances(const repo::Tree& tree, const RepoPath& directory,
                                     const config::Settings& settings, bool has_partial_backend,
                                     Diagnostics& diagnostics);

}  // namespace statelane::states
