#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/repo_path.hpp"
#include "base/source.hpp"
#include "yaml/value.hpp"

namespace statelane::config {

/// The name of the configuration file, in the root of the repository.
inline constexpr std::string_view file_name = ".statelane.yml";

/// `automatic_if_reviewed` is blocking wherever the plan is not known to be the one that was reviewed.
enum class Gate { blocking, optional, automatic, automatic_if_reviewed };
/// What becomes of a state that is stored among the files of its job: it is gone with the job, unless the directory
/// outlives it.
enum class LocalState { lost, kept };
enum class ChangesKeyword { only, rules, none };
enum class Order { parallel, strict };
/// Which states have gates: all that are affected, or those whose plan has changes, in a second stage after all plans.
enum class Gates { affected, changed };
/// What runs in the jobs: `statelane run`, or Terraform alone.
enum class Jobs { helper, shell };
enum class Dependents { none, direct, all };
enum class Deleted { warn, destroy_gate };
/// What an apply branch is compared with: for each state what was applied last, where that can be read, or the push.
enum class Compare { applied, push };

/// A string and where it stands in the configuration file, for diagnostics about what it means.
struct Located {
  std::string text;
  SourceRange range;

  /// By text: a reformatted configuration is the same configuration.
  friend bool operator==(const Located& left, const Located& right) { return left.text == right.text; }
};

/// An entry of a map of texts.
struct Pair {
  Located key;
  Located value;
  friend bool operator==(const Pair&, const Pair&) = default;
};

/// Which instances a directory has: those that a pattern of a file finds, with `{instance}` in it, relative to the
/// state directory; or those of a list of names.
using Instances = std::variant<Located, std::vector<Located>>;

/// The commands of a lane outside Terraform, each an argument vector.
struct Commands {
  std::vector<std::string> plan;
  std::vector<std::string> apply;
  friend bool operator==(const Commands&, const Commands&) = default;
};

/// What may be said of a state by pattern. An absent key says nothing.
struct Settings {
  std::optional<Instances> instances;
  std::optional<std::vector<Pair>> variables;     ///< `TF_VAR_…` that the lane fixes, sorted; filled in as files are
  std::optional<std::vector<Located>> var_files;  ///< patterns; `{instance}` and `{dir}` are filled in
  std::optional<std::vector<Located>> backend_config;  ///< patterns of files, and settings with a `=` in them
  std::optional<Located> workspace;
  std::optional<std::vector<Located>> inputs;      ///< globs relative to the state directory
  std::optional<std::vector<Located>> depends_on;  ///< ids
  std::optional<Located> tool;
  std::optional<yaml::Value> job;               ///< GitLab keywords merged into the state's jobs
  std::optional<std::string> plan_environment;  ///< `none`, `access` or `prepare`: `environment:action` of its plans
  std::optional<std::vector<std::string>> apply_branches;
  std::optional<Gate> gate;
  std::optional<std::vector<std::string>> after_plan;  ///< an argument vector; `{plan_json}` is filled in
  std::optional<std::int64_t> max_destroy;
  std::optional<LocalState> local_state;
  std::optional<Located>
      gitlab_state;  ///< name of a GitLab-managed state; `{dir}`, `{instance}`, `{slug}` are filled in
  std::optional<Commands> commands;
  std::optional<std::vector<Pair>> after;  ///< whose gates wait for whose applies: names of instances or of directories

  friend bool operator==(const Settings&, const Settings&) = default;
};

/// One entry of `states.rules`.
struct Rule {
  Located match;  ///< a glob on the state directory
  Settings settings;
  friend bool operator==(const Rule&, const Rule&) = default;
};

/// The whole of `.statelane.yml`; defaults where it says nothing.
struct Config {
  std::vector<Located> include;
  std::vector<Located> exclude;
  std::vector<Rule> rules;
  std::vector<Located> ignore;
  std::vector<Located> global_inputs;
  std::optional<ChangesKeyword> changes;
  Order order = Order::parallel;
  Dependents dependents = Dependents::none;
  Deleted deleted = Deleted::warn;
  Compare compare = Compare::applied;
  Gates gates = Gates::affected;
  Jobs jobs = Jobs::helper;
  std::optional<std::string> plan_environment;  ///< of states of which no rule says
  std::string expire_in = "7 days";
  std::optional<Located> templates;  ///< path of a file with hidden jobs that override the built-in ones
  std::optional<std::string> gitlab_version;

  friend bool operator==(const Config&, const Config&) = default;
};

/// Reads `.statelane.yml`. Unknown keys, wrong types and bad values are errors with their place and, where near, a
/// suggestion; the rest is still read.
Config parse_config(std::string_view text, const RepoPath& path, Diagnostics& diagnostics);

/// The settings of the state directory `directory`: of all rules that match, later ones win key by key (`job` is merged
/// as `extends` merges: maps deeply, lists replaced).
Settings settings_for(const Config& config, const RepoPath& directory);

/// Matches `path` against a glob of the configuration: `*` and `?` within one component, `**` over any number of them,
/// `[…]` and
/// `{a,b}` as GitLab's patterns know them. A pattern without wildcards matches the path itself only.
bool matches_glob(std::string_view glob, std::string_view path);

}  // namespace statelane::config
