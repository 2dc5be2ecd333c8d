#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "states/path_table.hpp"
#include "states/state.hpp"

namespace statelane::states {

/// A state's claim to a path: the input that covers it.
struct Claim {
  std::uint32_t state = 0;
  std::uint32_t input = 0;

  friend auto operator<=>(const Claim&, const Claim&) = default;
};

/// What a tree says of a directory that is no state directory.
struct DirectoryFiles {
  bool has_configuration = false;   ///< Terraform would load something here
  bool has_infrastructure = false;  ///< a file here has an infrastructure name

  friend bool operator==(const DirectoryFiles&, const DirectoryFiles&) = default;
};

/// Why a path below a directory that a state reads is no input by that.
enum class Exclusion {
  none,
  documentation,       ///< `*.md`, `LICENSE*`, `.gitignore`, files of tests, mocks and queries
  ignored,             ///< by `.statelane.yml`
  tests_or_examples,   ///< of a module
  values_of_a_module,  ///< variable and lock files, which Terraform loads for the root module only
  other_state,         ///< it lies in another state's directory
  other_instance,      ///< only another instance of the same directory reads it
  below_root,          ///< a state in the root directory owns only what lies directly there
};

/// All states of one tree and what they depend on. Built once, then only asked.
class StateGraph {
 public:
  StateGraph() = default;

  /// Takes states sorted by id, sorted edges without duplicates, what directories hold (those that hold neither may be
  /// absent), the globs of paths that are no inputs unless something reads them, and promotions, sorted by
  /// their states.
  StateGraph(std::vector<State> states, std::vector<Edge> edges,
             std::unordered_map<RepoPath, DirectoryFiles> directories, std::vector<std::string> ignore,
             std::vector<Promotion> promotions = {});

  const std::vector<State>& states() const { return states_; }
  const std::vector<Edge>& edges() const { return edges_; }
  const std::vector<std::string>& ignored_globs() const { return ignore_; }

  /// The index of the state with this id.
  std::optional<std::uint32_t> find(std::string_view id) const;

  /// Every claim of every state to `path`, sorted. The path need not exist. Work grows with the depth of the path and
  /// the number of claims, not with the number of states.
  std::vector<Claim> claims(const RepoPath& path) const;

  /// Some state has a claim to `path`: what `claims` finds is not empty.
  bool is_claimed(const RepoPath& path) const;

  /// Whatever infrastructure file lies directly in `directory`, some state has a claim to it; variable and lock files
  /// are not meant. Asked once for a directory this spares asking for each of its files; false only means that they
  /// have to be asked for.
  bool claims_all_in(const RepoPath& directory) const;

  /// Why `path`, which lies below the own or a module's directory `input` of `state`, is no input by that.
  Exclusion exclusion(const State& state, const Input& input, const RepoPath& path) const;

  /// Terraform would load something in `directory`.
  bool has_configuration(const RepoPath& directory) const;

  /// An infrastructure file by name or because it lies below a directory of such files, and nothing that is ignored.
  bool is_infrastructure(const RepoPath& path) const;

  /// `.statelane.yml` ignores the path.
  bool is_ignored(const RepoPath& path) const;

  /// The states of a state directory, indexes sorted.
  std::vector<std::uint32_t> states_in(const RepoPath& directory) const;

  /// Indexes of the states that `state` depends on through certain edges (kind `possible` left out), sorted.
  std::vector<std::uint32_t> dependencies(std::uint32_t state) const;

  const std::vector<Promotion>& promotions() const { return promotions_; }

  /// Indexes of the states whose applies come before that of `state`: its dependencies, and what it is promoted from.
  std::vector<std::uint32_t> comes_after(std::uint32_t state) const;

  /// Indexes of the states that depend on `state` through edges of any kind, sorted.
  std::vector<std::uint32_t> dependents(std::uint32_t state) const;

 private:
  /// Calls `visit` with each claim to `path` until it returns false.
  template <typename Visit>
  void visit_claims(const RepoPath& path, const Visit& visit) const;
  bool covers(const State& state, const Input& input, const RepoPath& path, bool ignored) const;
  bool lies_in_other_state(const RepoPath& path, const RepoPath& directory) const;

  std::vector<State> states_;
  std::vector<Edge> edges_;
  std::unordered_map<std::string, std::uint32_t> by_id_;
  PathTable<std::vector<Claim>> by_place_;  ///< directories, files, and the literal directory of globs
  /// Inputs of kind `version_pin`, by what the paths in the state's directory begin with, sorted.
  std::vector<std::pair<std::string, Claim>> pinned_;
  PathTable<std::vector<std::uint32_t>> by_directory_;  ///< state directory → states
  PathTable<DirectoryFiles> directories_;
  std::vector<std::string> ignore_;
  std::vector<std::vector<std::uint32_t>> edges_from_;  ///< per state, indexes of edges
  std::vector<std::vector<std::uint32_t>> edges_to_;
  std::vector<Promotion> promotions_;
};

/// States that depend on each other in a circle, each circle once as a path of indexes that starts at its smallest id.
std::vector<std::vector<std::uint32_t>> find_cycles(const StateGraph& graph);

/// A pin of the tool's version by its name: `.terraform-version`, `.opentofu-version`, `.tool-versions`.
bool is_version_pin_name(std::string_view name);

/// The path may hold Terraform configuration or what it is read with, judged by its name alone: `*.tf`, `*.tfvars`,
/// `*.hcl` ….
bool is_infrastructure_name(std::string_view name);

}  // namespace statelane::states
