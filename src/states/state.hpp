#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/repo_path.hpp"
#include "base/source.hpp"
#include "config/config.hpp"

namespace statelane::states {

enum class StateKind {
  terraform,
  custom,
  terragrunt,  ///< a unit: Terragrunt runs Terraform in a copy of a module
};

/// Why a directory is a state directory.
enum class StateReason {
  backend_block,
  cloud_block,
  lock_file,
  configured,
  unit,        ///< a `terragrunt.hcl`
  stack_unit,  ///< a block of a `terragrunt.stack.hcl`
};

/// Where something is written: a file and a line of it.
struct Place {
  RepoPath file;
  std::uint32_t line = 0;  ///< 0: the file as a whole

  friend auto operator<=>(const Place&, const Place&) = default;
};

/// A string of which some parts are not known: an empty part may be any text.
using PartialText = std::vector<std::optional<std::string>>;

/// What tells one stored state from another.
struct BackendIdentity {
  std::string type;                          ///< `s3`, `http` … ; `remote` for Terraform Cloud however it is written
  std::map<std::string, std::string> known;  ///< identity attribute → value, defaults filled in
  std::map<std::string, PartialText> partial;  ///< attributes of which only some text is known
  std::vector<std::string> unknown;            ///< attributes of which nothing is known, sorted

  /// Every part is known.
  bool is_complete() const { return unknown.empty() && partial.empty(); }
  friend bool operator==(const BackendIdentity&, const BackendIdentity&) = default;
};

enum class InputKind {
  own_directory,     ///< every file below the state directory that is not another state's
  module_directory,  ///< every file below a local module's directory
  data_directory,    ///< every file below a directory that is read as data (`source_dir`, a link to a directory)
  file,              ///< one path, which need not exist
  pattern,           ///< every path that a glob matches
  variable_file,
  backend_file,
  lock_file,
  version_pin,         ///< `.terraform-version` and its like in `path` (the state directory) or above it
  configured,          ///< a glob of `.statelane.yml`
  link,                ///< a symbolic link on the way to another input
  configuration_file,  ///< what a link leads to that stands for a file which the state loads as configuration
  attributes,          ///< a `.gitattributes` above another input: it decides what a checkout holds there
  unit_configuration,  ///< what Terragrunt evaluates, or looks for in vain: all that it does shows in `Copied::run`
  unit_file,           ///< a path, or with a glob several, that Terragrunt, its hooks or its commands read themselves
};

/// How a state comes to an input: from the state itself or through another input (a module directory), at a place.
struct Reach {
  std::optional<std::uint32_t> via;  ///< index into the state's inputs; empty: the state itself
  Place place;                       ///< where the reference is written; the file is the root for conventions

  friend auto operator<=>(const Reach&, const Reach&) = default;
};

/// Paths that a state's result depends on.
struct Input {
  InputKind kind = InputKind::file;
  RepoPath path;  ///< the directory or file; for globs the deepest directory without a wildcard
  std::string
      glob;  ///< for `pattern` and `configured`: relative to the repository's root, in GitLab's pattern language
  std::vector<Reach> reached;  ///< all ways to it, sorted; never empty

  friend bool operator==(const Input&, const Input&) = default;
};

/// Something that could not be folded: the answer got wider because of it, or could not cover it.
struct Unknown {
  Place place;
  std::string what;  ///< for people: the expression and why it is not known

  friend auto operator<=>(const Unknown&, const Unknown&) = default;
};

/// What Terragrunt makes of a unit before Terraform runs.
struct Copied {
  std::string run;  ///< a digest of all that is known of how it is run; equal ones: what was evaluated says the same
  RepoPath unit;    ///< where the unit's own files lie in the tree; of a generated unit its template
  std::optional<RepoPath> module;     ///< the directory that is copied, with what lies below; empty: there is none here
  std::vector<std::string> included;  ///< globs of hidden files that are copied all the same
  std::vector<std::string> excluded;  ///< globs of files that are not copied; with a slash first: such a path itself
  bool is_open = false;               ///< anything may be copied

  friend bool operator==(const Copied&, const Copied&) = default;
};

/// An address that Terraform's `http` backend asks with the user and password of the environment, since the
/// configuration gives it none.
struct OpenAddress {
  std::string address;    ///< its known beginning; empty: nothing of it is known
  bool is_whole = false;  ///< all of it is known
  Place place;

  friend auto operator<=>(const OpenAddress&, const OpenAddress&) = default;
};

/// What completes a backend at `init`: a file, or a setting.
struct BackendArgument {
  std::optional<RepoPath> file;
  std::string setting;  ///< `KEY=VALUE`, where there is no file

  friend bool operator==(const BackendArgument&, const BackendArgument&) = default;
};

/// One of Terraform's variables of the environment, `TF_VAR_x`.
struct LaneVariable {
  std::string name;
  std::string value;

  friend bool operator==(const LaneVariable&, const LaneVariable&) = default;
};

/// What one plan and one apply act on.
struct State {
  std::string id;
  RepoPath directory;
  std::optional<std::string> instance;
  StateKind kind = StateKind::terraform;
  StateReason reason = StateReason::backend_block;
  Place reason_place;                           ///< where the backend block, lock file or configuration entry stands
  std::optional<BackendIdentity> backend;       ///< empty for custom lanes and where nothing says
  std::vector<RepoPath> var_files;              ///< given with `-var-file`, in order
  std::vector<BackendArgument> backend_config;  ///< given with `-backend-config`, in order
  std::vector<LaneVariable> variables;          ///< set over whatever the environment has, sorted by name
  std::string workspace;                        ///< empty: the default workspace
  std::string gitlab_state;                     ///< the name of its GitLab-managed state; empty: none is derived
  std::string tool;                             ///< `terraform`, `tofu`, any name or path; empty for custom lanes
  config::Settings settings;                    ///< what `.statelane.yml` says of it
  std::vector<Input> inputs;                    ///< sorted by kind and path; the first is always its own directory
  std::vector<RepoPath> foreign;            ///< files and directories below it that only other instances read, sorted
  std::vector<Unknown> unknown;             ///< sorted
  std::optional<Copied> copied;             ///< of units
  std::vector<OpenAddress> open_addresses;  ///< of the states that it reads and of its own lock, sorted

  /// Terraform stores it among the files that it runs on: no backend, or the local one.
  bool is_stored_among_files() const { return kind == StateKind::terraform && (!backend || backend->type == "local"); }

  /// A CI job that applies it loses it, since nothing of the job's files is left afterwards.
  bool is_lost_with_job() const { return is_stored_among_files() && settings.local_state != config::LocalState::kept; }
};

enum class EdgeKind {
  remote_state,
  possible,
  declared,
  dependency,  ///< a `dependency` or `dependencies` block of a unit
};

/// "`from` depends on `to`": indexes into the graph's states.
struct Edge {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  EdgeKind kind = EdgeKind::remote_state;
  Place place;  ///< the `terraform_remote_state` block or the configuration entry

  friend auto operator<=>(const Edge&, const Edge&) = default;
};

/// "The gate of `from` waits for the apply of `to`, though it reads nothing of it": indexes into the graph's states.
struct Promotion {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  SourceRange range;  ///< of the name in `.statelane.yml` that says so

  friend bool operator==(const Promotion& left, const Promotion& right) {
    return left.from == right.from && left.to == right.to;
  }
};

}  // namespace statelane::states
