#include <algorithm>

#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/find_state.hpp"
#include "cli/read_trees.hpp"
#include "cli/shared_address.hpp"
#include "emit/lint.hpp"
#include "lint/lint.hpp"

namespace statelane::cli {

namespace {

constexpr std::string_view default_file = ".gitlab-ci.yml";

/// Empty where neither the job nor the configuration says it.
std::optional<gitlab::Version> known_version(const gitlab::PredefinedVariables& variables,
                                             const config::Config& config) {
  const auto running = gitlab::parse_version(gitlab::value_of(variables, "CI_SERVER_VERSION"));
  const auto configured = config.gitlab_version ? gitlab::parse_version(*config.gitlab_version) : std::nullopt;
  return running ? running : configured;
}

}  // namespace

int run_lint(const Options& options) {
  const repo::Repository repository = open_repository(options);
  const RepoPath file = options.path.empty() ? RepoPath::of(default_file) : to_repo_path(repository, options.path);
  Diagnostics diagnostics;
  const LoadedTree side = read_tree(repository, options, diagnostics);
  warn_of_shared_address(side, diagnostics);
  const gitlab::PredefinedVariables variables = read_predefined_variables();
  const lint::LintSettings settings{find_default_branch(repository), known_version(variables, side.config)};
  const lint::LintResult result = lint::lint_pipeline(*side.tree, file, side.states.graph, settings);
  write_output(options.json ? emit::render_lint_json(result)
                            : emit::render_lint_text(result, output_view(options).color));
  const bool has_errors = write_diagnostics(diagnostics, side.tree.get(), options.strict);
  if (const std::string advice = advise_lasting_token(side); !advice.empty()) write_hint(advice);
  return has_errors || !result.findings.empty() ? 1 : 0;
}

}  // namespace statelane::cli
