#include "cli/trusted_config.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "cli/read_trees.hpp"
#include "comparison/executed_changes.hpp"
#include "comparison/reach_commits.hpp"

namespace statelane::cli {

namespace {

constexpr std::string_view target = "target";
constexpr std::string_view default_branch = "default";

/// Which commit, and what to call it.
struct Named {
  std::string revision;  ///< a commit id; empty: the branch's tip
  std::string branch;
};

/// Empty: the tree's own configuration counts.
std::optional<Named> find_named(std::string_view name, const repo::Repository& repository) {
  const gitlab::PredefinedVariables variables = read_predefined_variables();
  const auto text = [&](std::string_view variable) { return std::string(gitlab::value_of(variables, variable)); };
  if (name == default_branch) {
    const std::string branch = find_default_branch(repository);
    const bool is_on_it = text("CI_MERGE_REQUEST_IID").empty() && text("CI_COMMIT_BRANCH") == branch;
    return is_on_it ? std::nullopt : std::optional(Named{"", branch});
  }
  const std::string branch = text("CI_MERGE_REQUEST_TARGET_BRANCH_NAME");
  return branch.empty() ? std::nullopt : std::optional(Named{text("CI_MERGE_REQUEST_TARGET_BRANCH_SHA"), branch});
}

comparison::Reached reach(const Named& named, const repo::Repository& repository, const Options& options) {
  const comparison::CommitReach reach(repository, options.fetch_timeout);
  return named.revision.empty() ? reach.find_branch(named.branch) : reach.find(named.revision);
}

/// Throws where that configuration cannot be read: what is executed must not be guessed.
config::Config read_checked(const repo::Tree& tree, const std::string& branch) {
  Diagnostics diagnostics;
  config::Config config = comparison::read_config(tree, diagnostics);
  if (!diagnostics.has_errors()) return config;
  for (const Diagnostic& diagnostic : diagnostics.sorted()) {
    if (diagnostic.severity != Severity::error) continue;
    throw Error(ErrorKind::user_files,
                fmt::format("what is executed cannot be taken from {}, whose {} has errors: {}", branch,
                            config::file_name, diagnostic.message),
                {"mend it on that branch first"});
  }
  return config;
}

}  // namespace

std::optional<comparison::TrustedConfig> find_trusted_config(const repo::Repository& repository,
                                                             const Options& options) {
  if (options.config_from.empty()) return std::nullopt;
  const std::size_t at = options.config_from.find('@');
  comparison::TrustedConfig trusted;
  trusted.name = options.config_from.substr(0, at);
  if (trusted.name != target && trusted.name != default_branch)
    throw Error(ErrorKind::usage,
                fmt::format("--config-from takes target or default, not \"{}\"", options.config_from));
  const std::string pinned = at == std::string::npos ? "" : options.config_from.substr(at + 1);
  const std::optional<Named> named =
      pinned.empty() ? find_named(trusted.name, repository) : std::optional(Named{pinned, pinned.substr(0, 12)});
  if (!named) return std::nullopt;
  const comparison::Reached reached = reach(*named, repository, options);
  if (!reached.commit) {
    throw Error(ErrorKind::environment,
                fmt::format("what is executed cannot be taken from {}: {}", named->branch, reached.why_not),
                reached.hints);
  }
  trusted.branch = named->branch;
  trusted.commit = *reached.commit;
  trusted.tree = repository.commit_tree(*reached.commit);
  trusted.config = read_checked(*trusted.tree, trusted.branch);
  trusted.deciding =
      trusted.name == default_branch ? config::Deciding::executed_and_applied : config::Deciding::executed;
  return trusted;
}

std::string pin(const std::optional<comparison::TrustedConfig>& trusted) {
  return trusted ? fmt::format("{}@{}", trusted->name, trusted->commit) : "";
}

std::string describe_difference(const comparison::LoadedTree& side, const comparison::TrustedConfig& trusted) {
  const std::vector<std::string> differences =
      comparison::find_differences_in(side.own_config, *side.tree, trusted.config, *trusted.tree, trusted.deciding);
  if (differences.empty()) return "";
  return fmt::format("what is executed is taken from {}, and differs here: {}", trusted.branch,
                     fmt::join(differences, ", "));
}

}  // namespace statelane::cli
