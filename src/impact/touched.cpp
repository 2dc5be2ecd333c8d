#include "impact/touched.hpp"

#include <algorithm>

#include "states/copy_rule.hpp"

namespace statelane::impact {

namespace {

using states::Claim;
using states::Input;
using states::InputKind;
using states::State;

/// A diamond of modules has as many chains as ways through it; past this many for one state and path the rest says
/// nothing new.
constexpr std::size_t most_chains = 32;

/// Past this many for one state each further path is explained by one chain.
constexpr std::size_t most_chains_of_a_state = 1'024;

CauseKind cause_of(InputKind kind) {
  switch (kind) {
    case InputKind::own_directory: return CauseKind::own_file;
    case InputKind::module_directory: return CauseKind::module_changed;
    case InputKind::variable_file: return CauseKind::variable_file_changed;
    case InputKind::backend_file: return CauseKind::backend_file_changed;
    case InputKind::lock_file: return CauseKind::lock_file_changed;
    case InputKind::version_pin: return CauseKind::version_pin_changed;
    case InputKind::configured: return CauseKind::input_configured;
    case InputKind::link: return CauseKind::link_changed;
    case InputKind::attributes: return CauseKind::attributes_changed;
    case InputKind::configuration_file:
    case InputKind::data_directory:
    case InputKind::file:
    case InputKind::unit_configuration:
    case InputKind::unit_file:
    case InputKind::pattern: return CauseKind::reference_changed;
  }
  return CauseKind::reference_changed;
}

/// All chains from a claimed path to its state.
class ChainBuilder {
 public:
  ChainBuilder(const State& state, std::set<Cause>& causes) : state_(state), causes_(causes) {}

  void add(const RepoPath& path, std::uint32_t input) {
    added_ = 0;
    most_ = causes_.size() < most_chains_of_a_state ? most_chains : 1;
    visiting_.assign(state_.inputs.size(), false);
    Cause chain = {{CauseKind::file_changed, path, std::nullopt, std::nullopt}};
    climb(input, chain);
  }

 private:
  void climb(std::uint32_t index, Cause& chain) {
    if (visiting_[index] || added_ >= most_) return;
    visiting_[index] = true;
    const Input& input = state_.inputs[index];
    for (const states::Reach& reach : input.reached) {
      CauseStep step{cause_of(input.kind), reach.place.file, std::nullopt, std::nullopt};
      if (input.kind == InputKind::own_directory) step.path = input.path;
      if (reach.place.line != 0) step.line = reach.place.line;
      chain.push_back(step);
      if (reach.via) {
        climb(*reach.via, chain);
      } else if (added_ < most_) {
        causes_.insert(chain);
        ++added_;
      }
      chain.pop_back();
    }
    visiting_[index] = false;
  }

  const State& state_;
  std::set<Cause>& causes_;
  std::vector<bool> visiting_;
  std::size_t added_ = 0;
  std::size_t most_ = most_chains;
};

/// Terraform loads the path with the directory that it lies in.
bool is_loaded_with(const Input& input, const RepoPath& path) {
  const bool is_directory = input.kind == InputKind::own_directory || input.kind == InputKind::module_directory;
  return is_directory && path.parent() == input.path && states::is_infrastructure_name(path.name());
}

/// The state reads the path only as configuration, so that its tokens are all that matters. `is_loaded`: with its own
/// directory; then one above it holds nothing more of it, unless that is read as data.
bool reads_as_configuration(const Input& input, const RepoPath& path, bool is_loaded) {
  switch (input.kind) {
    case InputKind::own_directory:
    case InputKind::module_directory: return is_loaded || path.name() == ".gitattributes";
    case InputKind::configuration_file:
    case InputKind::attributes:
    case InputKind::unit_configuration:
    case InputKind::variable_file:
    case InputKind::backend_file:
    case InputKind::lock_file: return true;
    default: return false;
  }
}

bool exists(const repo::FileChange& change, Side side) {
  return change.kind != (side == Side::base ? repo::ChangeKind::added : repo::ChangeKind::deleted);
}

/// Each claim is one that does nothing, or for something that Terragrunt evaluates; `has_evaluated`: there is one of
/// these.
bool is_only_evaluated(const State& state, std::span<const Claim> claims, const RepoPath& path, bool& has_evaluated) {
  for (const Claim& claim : claims) {
    const Input& input = state.inputs[claim.input];
    const bool is_evaluated = input.kind == InputKind::unit_configuration;
    has_evaluated = has_evaluated || is_evaluated;
    if (!is_evaluated && !states::is_without_effect(*state.copied, input, path)) return false;
  }
  return true;
}

/// The state is run the same way in the other tree, as far as what Terragrunt evaluates says.
bool is_run_alike(const State& state, const states::StateGraph& other) {
  const auto index = other.find(state.id);
  const auto& copied = index ? other.states()[*index].copied : std::nullopt;
  return state.copied && copied && state.copied->run == copied->run;
}

/// The claims of one state to one changed path.
void add_claims(const State& state, std::span<const Claim> claims, const RepoPath& path, bool is_format_only,
                const states::StateGraph& other, Touched& touched) {
  bool has_evaluated = false;
  const bool is_evaluated = state.copied && is_only_evaluated(state, claims, path, has_evaluated);
  if (is_evaluated && (!has_evaluated || is_run_alike(state, other))) {
    touched.without_effect[state.id].insert(path);
    return;
  }
  const bool is_loaded = std::any_of(claims.begin(), claims.end(), [&](const Claim& claim) {
    return is_loaded_with(state.inputs[claim.input], path);
  });
  const bool as_configuration = is_format_only && std::all_of(claims.begin(), claims.end(), [&](const Claim& claim) {
                                  return reads_as_configuration(state.inputs[claim.input], path, is_loaded);
                                });
  if (as_configuration) {
    touched.without_effect[state.id].insert(path);
    return;
  }
  ChainBuilder builder(state, touched.causes[state.id]);
  for (const Claim& claim : claims) builder.add(path, claim.input);
}

}  // namespace

void add_touched(const states::StateGraph& graph, const states::StateGraph& other, Side side,
                 const Difference& difference, Touched& touched, const std::set<std::string>* only) {
  for (const repo::FileChange& change : difference.changes) {
    const std::vector<Claim> claims = graph.claims(change.path);
    const bool is_format_only = difference.format_only.contains(change.path);
    const bool counts_for_all = exists(change, side);
    for (std::size_t begin = 0; begin < claims.size();) {
      const State& state = graph.states()[claims[begin].state];
      std::size_t end = begin;
      while (end < claims.size() && claims[end].state == claims[begin].state) ++end;
      const bool is_meant = only == nullptr || only->contains(state.id);
      if (!is_meant) {
        begin = end;
        continue;
      }
      if (counts_for_all || difference.regrouped.contains(state.id)) {
        add_claims(state, std::span(claims).subspan(begin, end - begin), change.path, is_format_only, other, touched);
      }
      begin = end;
    }
  }
}

}  // namespace statelane::impact
