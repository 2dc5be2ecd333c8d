#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "config/config.hpp"
#include "states/scan.hpp"
#include "states/state_graph.hpp"
#include "states/workspace_names.hpp"

namespace statelane::states {

/// A rule that tells the states of one directory apart, without its `match`; patterns are relative to the directory.
struct ProposedRule {
  std::string pattern;             ///< of a file, with `{instance}`; empty: none
  std::vector<std::string> names;  ///< without a pattern
  std::vector<std::string> var_files;
  std::string workspace;  ///< empty: none

  friend auto operator<=>(const ProposedRule&, const ProposedRule&) = default;
};

/// A file of variable values by the lane that its path names, as people lay them out: `env/prod.tfvars`,
/// `prod/terraform.tfvars` below the state; `vars/prod/<dir>.tfvars`, `vars/<dir>/prod.tfvars` beside it.
struct NamedValues {
  std::string pattern;   ///< relative to the state directory, `{dir}` and `{instance}` put in
  std::string instance;  ///< empty: it is everybody's
};
std::optional<NamedValues> name_values(const RepoPath& directory, const RepoPath& file);

/// The rule that loads `files`, which nothing loads yet, in the lanes of `directory`; nothing where none can be told.
/// `is_per_workspace`: each lane has its own workspace even where there is one only.
std::optional<ProposedRule> propose_rule(const RepoPath& directory, std::span<const RepoPath> files,
                                         bool is_per_workspace);

/// A state of which the configuration may have to say more.
struct Unsaid {
  const State* state = nullptr;
  std::optional<WorkspaceNames> workspace_names{};  ///< where `terraform.workspace` stands in what it runs
};

/// So many rules are told with the note that asks for them; who lists states tells more.
inline constexpr std::size_t most_rules_in_note = 3;
inline constexpr const char* rules_hint =
    "whose lane is whose is said by a rule: paste it below \"rules:\" of \"states:\" in .statelane.yml";

/// A note for states whose variable files no lane loads, states with one rule together, and one for all those that read
/// `terraform.workspace` though no lane selects one. Returns the rules for these, as lines to paste.
std::vector<std::string> suggest_rules(const Scan& scan, const StateGraph& graph,
                                       const std::set<RepoPath>& state_directories, std::span<const Unsaid> unsaid,
                                       Diagnostics& diagnostics);

}  // namespace statelane::states
