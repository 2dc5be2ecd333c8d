#pragma once

#include <string>
#include <vector>

#include "lint/finding.hpp"
#include "lint/pipeline.hpp"
#include "repo/tree.hpp"

namespace statelane::lint {

/// Stands in a text for a part of it that is not known.
inline constexpr char unknown_text = '\x02';

/// One call of Terraform, OpenTofu or Terragrunt in a job's scripts.
struct TerraformRun {
  std::string tool;                    ///< `terraform`, `tofu`, `terragrunt`, `gitlab-terraform`, `gitlab-tofu`
  std::string verb;                    ///< `plan`, `apply` …; `run-all plan` of Terragrunt is `plan`
  std::vector<std::string> arguments;  ///< behind the verb, expanded as far as known
  /// Where it runs, from the repository's root, without `..`: several for loops and matrices, or where a variable has
  /// several values. Parts may be unknown. None: outside the repository.
  std::vector<std::string> directories;
  std::vector<std::string> started_in;    ///< with `-chdir`: where it is started, in the same way
  yaml::Spot spot;                        ///< the command, or the script item that it stands in
  bool runs_many = false;                 ///< `terragrunt run-all`: every unit below the directory
  bool feeds_pipe = false;                ///< its output goes into another command
  std::vector<std::string> output_files;  ///< from the repository's root where that is known, else as written

  /// The value of `-NAME=…`, `--NAME=…` or, as Go's flags allow, `-NAME …`; `true` for the bare flag.
  std::optional<std::string> flag(std::string_view name) const;
  /// Arguments that are no flags.
  std::vector<std::string> positional() const;
};

/// A command of a job that is no run of Terraform, expanded as far as known.
struct OtherCommand {
  std::vector<std::string> words;
  yaml::Spot spot;
  std::vector<std::string> output_files;  ///< as of a run
  std::vector<std::string> directories;   ///< as of a run
};

struct JobCommands {
  std::vector<TerraformRun> runs;
  std::vector<OtherCommand> others;
};

/// Reads `before_script`, `script` and `after_script` of a job as its shell would, without running anything: `cd`,
/// `-chdir`, variables of the job, the pipeline and the script, loops over words, matrices, shell scripts of the
/// repository that it calls. What a variable of the server holds is unknown.
JobCommands read_commands(const Job& job, const repo::Tree& tree, const Report& report);

/// Every combination of a job's `parallel:matrix`, as variables; one empty one without.
std::vector<std::map<std::string, std::string>> matrix_of(const Job& job);

/// `text` with `$NAME` and `${NAME}` expanded from the job's variables, several deep; unknown ones are `unknown_text`.
/// `CI_PROJECT_DIR` is the repository's root as `states::repository_root` spells it.
std::string expand_variables(const Job& job, const std::map<std::string, std::string>& matrix, std::string_view text);

}  // namespace statelane::lint
