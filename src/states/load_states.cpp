#include "states/load_states.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "states/check_settings.hpp"
#include "states/discovery.hpp"
#include "states/edges.hpp"
#include "states/members.hpp"
#include "states/promotions.hpp"
#include "states/propose_rules.hpp"
#include "states/variable_files.hpp"
#include "terraform/file_names.hpp"
#include "terragrunt/units.hpp"

namespace statelane::states {

namespace {

class Loader {
 public:
  Loader(const repo::Tree& tree, const config::Config& config, facts::FactStore& facts, Diagnostics& diagnostics)
      : tree_(tree),
        config_(config),
        diagnostics_(diagnostics),
        changed_(tree, facts.records().tree()),
        records_(facts.records()),
        scan_(scan_tree(tree, records_.find_scan(), changed_)),
        traced_(tree),
        modules_(traced_, scan_, facts, diagnostics),
        answers_(tree, scan_, modules_, state_directories_, changed_),
        sources_{tree, scan_, modules_, state_directories_, config} {}

  LoadedStates load() {
    read_ahead();
    find_units();
    discover();
    find_all_instances();
    std::vector<Member> members = build_members();
    std::sort(members.begin(), members.end(),
              [](const Member& left, const Member& right) { return left.state.id < right.state.id; });
    std::vector<State> states;
    std::vector<std::vector<RemoteRead>> reads;
    std::vector<std::vector<UnitDependency>> dependencies;
    std::vector<std::optional<WorkspaceNames>> workspace_names;
    std::vector<std::string> origins;
    for (Member& member : members) {
      origins.push_back(std::move(member.origin));
      states.push_back(std::move(member.state));
      reads.push_back(std::move(member.reads));
      dependencies.push_back(std::move(member.dependencies));
      workspace_names.push_back(std::move(member.workspace_names));
    }
    LoadedStates result;
    std::vector<Edge> edges = find_edges(states, reads, dependencies, result.unmatched, diagnostics_);
    check_identities(states, diagnostics_);
    // What was left out for a fault of its own is not missed.
    if (!diagnostics_.has_errors()) check_settings(config_, scan_, states, kept_out_, diagnostics_);
    report_deep_directories();
    result.left_out = find_left_out(states);
    records_.finish(tree_.content_id(RepoPath()), scan_);
    std::vector<std::string> ignore;
    for (const config::Located& glob : config_.ignore) ignore.push_back(glob.text);
    std::vector<Promotion> promotions = find_promotions(states);
    result.graph =
        StateGraph(std::move(states), std::move(edges), directory_files(), std::move(ignore), std::move(promotions));
    check_promotions(config_, result.graph, diagnostics_);
    std::vector<Unsaid> unsaid;
    for (std::size_t index = 0; index < workspace_names.size(); ++index)
      unsaid.push_back({&result.graph.states()[index], std::move(workspace_names[index])});
    result.workspace_rules = suggest_rules(scan_, result.graph, state_directories_, unsaid, diagnostics_);
    result.scan = std::move(scan_);
    result.origins = std::move(origins);
    return result;
  }

 private:
  /// Every unit, generated ones too, but for those that the configuration leaves out.
  void find_units() {
    terragrunt::Candidates candidates;
    for (const ScannedDirectory& scanned : scan_.directories) {
      const auto holds = [&](std::string_view name) {
        return std::binary_search(scanned.others.begin(), scanned.others.end(), name);
      };
      if (is_cache_of_terragrunt(scanned.path)) continue;
      if (holds("terragrunt.hcl") || holds("terragrunt.hcl.json")) candidates.units.push_back(scanned.path);
      if (holds("terragrunt.stack.hcl")) candidates.stacks.push_back(scanned.path);
    }
    if (candidates.empty()) return;
    const auto has_code = [&](const RepoPath& directory) {
      const ScannedDirectory* scanned = scan_.find(directory);
      return scanned != nullptr && !scanned->configuration.empty();
    };
    units_ = terragrunt::find_units(tree_, candidates, has_code, diagnostics_);
    std::erase_if(units_.units,
                  [&](const terragrunt::Unit& unit) { return matches_any(config_.exclude, unit.directory); });
    for (const terragrunt::Unit& unit : units_.units) {
      state_directories_.insert(unit.directory);
      if (unit.source) unit_modules_.insert(unit.source->module);
    }
  }

  static bool is_cache_of_terragrunt(const RepoPath& path) {
    return ("/" + path.str() + "/").find("/.terragrunt-cache/") != std::string::npos;
  }

  /// A tree tells directories beyond git's own limit as submodules.
  void report_deep_directories() {
    for (const RepoPath& path : scan_.submodules_below(RepoPath())) {
      const auto depth = static_cast<std::size_t>(std::count(path.str().begin(), path.str().end(), '/'));
      if (depth < repo::deepest_directory) continue;
      const std::string_view text = path.str();
      const RepoPath top = RepoPath::of(text.substr(0, text.find('/')));
      diagnostics_.warning(top, std::nullopt,
                           fmt::format("directories below are nested deeper than {} and not looked into: what is there "
                                       "counts as one thing that changes",
                                       repo::deepest_directory),
                           {"git itself checks out no deeper directories"});
    }
  }

  void discover() {
    Discoverer discoverer(sources_, records_, answers_, unit_modules_);
    for (const ScannedDirectory& scanned : scan_.directories) {
      if (matches_any(config_.exclude, scanned.path) || state_directories_.contains(scanned.path)) continue;
      if (is_cache_of_terragrunt(scanned.path)) continue;
      if (auto discovery = discoverer.discover(scanned)) {
        state_directories_.insert(scanned.path);
        discoveries_.push_back(*std::move(discovery));
      }
    }
  }

  /// Files of which records tell enough are not read.
  void read_ahead() {
    const bool is_commit = !tree_.content_id(RepoPath()).is_zero();
    if (!is_commit && !records_.empty()) modules_.read_content_ids();
    modules_.read_ahead([&](const RepoPath& directory) {
      return !matches_any(config_.exclude, directory) &&
             !records_.find_words(directory, tool_of(config::settings_for(config_, directory)), answers_);
    });
  }

  /// A directory without instances, though the configuration tells them apart, is no state.
  void find_all_instances() {
    std::erase_if(discoveries_, [&](Discovery& discovery) {
      if (discovery.has_open_workspace) name_workspaces(discovery);
      std::vector<Instance> found =
          find_instances(tree_, discovery.directory, discovery.settings, discovery.has_partial_backend, diagnostics_);
      if (!found.empty()) {
        instances_.push_back(std::move(found));
        return false;
      }
      state_directories_.erase(discovery.directory);
      kept_out_.without_instances.push_back(discovery.directory);
      return true;
    });
  }

  /// Where the backend leaves the workspace of Terraform Cloud to the lane, each file of values is one's.
  void name_workspaces(Discovery& discovery) const {
    config::Settings& settings = discovery.settings;
    const bool is_said = settings.instances || settings.var_files || settings.workspace || settings.backend_config;
    if (is_said) return;
    const auto files = find_unloaded_variable_files(scan_, discovery.directory, state_directories_);
    const auto rule = propose_rule(discovery.directory, files, true);
    if (!rule || rule->pattern.empty()) return;
    settings.instances = config::Located{rule->pattern, {}};
    settings.var_files.emplace();
    for (const std::string& file : rule->var_files) settings.var_files->push_back({file, {}});
    settings.workspace = config::Located{rule->workspace, {}};
  }

  bool is_excluded(const RepoPath& directory, const Instance& instance) {
    if (!instance.name) return false;
    const std::string id = to_state_id(directory, instance.name);
    const bool is_excluded =
        std::any_of(config_.exclude.begin(), config_.exclude.end(),
                    [&](const config::Located& glob) { return config::matches_glob(glob.text, id); });
    if (is_excluded) kept_out_.excluded.push_back(id);
    return is_excluded;
  }

  std::vector<Member> build_members() {
    std::vector<Member> members;
    MemberBuilder builder(sources_, traced_, records_, answers_, diagnostics_);
    for (std::size_t index = 0; index < discoveries_.size(); ++index) {
      const Discovery& discovery = discoveries_[index];
      for (const Instance& instance : instances_[index]) {
        if (is_excluded(discovery.directory, instance)) continue;
        members.push_back(builder.build_member(discovery, instance, instances_[index]));
      }
    }
    for (const terragrunt::Unit& unit : units_.units) members.push_back(builder.build_unit(unit));
    return members;
  }

  std::unordered_map<RepoPath, DirectoryFiles> directory_files() const {
    std::unordered_map<RepoPath, DirectoryFiles> result;
    for (const ScannedDirectory& scanned : scan_.directories) {
      const DirectoryFiles files{!scanned.configuration.empty(), scanned.has_infrastructure};
      if (files.has_configuration || files.has_infrastructure) result.emplace(scanned.path, files);
    }
    return result;
  }

  std::vector<LeftOut> find_left_out(const std::vector<State>& states) const {
    std::set<RepoPath> called;
    for (const State& state : states) {
      for (const Input& input : state.inputs) {
        if (input.kind == InputKind::module_directory) called.insert(input.path);
      }
    }
    std::vector<LeftOut> result;
    for (const ScannedDirectory& scanned : scan_.directories) {
      const bool says_something = !scanned.configuration.empty() || scanned.has_lock_file;
      if (!says_something || state_directories_.contains(scanned.path) || called.contains(scanned.path)) continue;
      result.push_back({scanned.path, why_left_out(scanned)});
    }
    std::vector<LeftOut> known;
    for (const RepoPath& directory : kept_out_.without_instances)
      known.push_back({directory, "a rule asks for instances, and it has none"});
    for (const terragrunt::NoUnit& other : units_.others) known.push_back({other.directory, other.why});
    for (LeftOut& other : known) {
      std::erase_if(result, [&](const LeftOut& entry) { return entry.directory == other.directory; });
      result.push_back(std::move(other));
    }
    for (const RepoPath& submodule : scan_.submodules) {
      if (!called.contains(submodule))
        result.push_back({submodule, "a submodule: what lies in it is not seen from here, run statelane in it"});
    }
    std::sort(result.begin(), result.end());
    return result;
  }

  std::string why_left_out(const ScannedDirectory& scanned) const {
    if (matches_any(config_.exclude, scanned.path)) return "excluded by .statelane.yml";
    if (scanned.configuration.empty()) return "a lock file, but no configuration";
    const bool is_for_tofu = std::all_of(scanned.configuration.begin(), scanned.configuration.end(),
                                         [](const std::string& name) { return terraform::is_tofu_name(name); });
    if (is_for_tofu && tool_of(config::settings_for(config_, scanned.path)) == terraform::Tool::terraform) {
      return "only files of OpenTofu, and its tool is terraform";
    }
    if (scanned.has_lock_file) return "a lock file, but its configuration is a link that leads to no file";
    return "no backend block and no lock file, and no state calls it as a module";
  }

  const repo::Tree& tree_;
  const config::Config& config_;
  Diagnostics& diagnostics_;
  ChangedPaths changed_;
  TreeRecords records_;
  Scan scan_;
  TracedTree traced_;
  ModuleIndex modules_;
  std::set<RepoPath> state_directories_;
  terragrunt::Units units_;
  std::set<RepoPath> unit_modules_;  ///< directories that units run
  Answers answers_;
  Sources sources_;
  std::vector<Discovery> discoveries_;
  std::vector<std::vector<Instance>> instances_;  ///< of each of them
  KeptOut kept_out_;
};

}  // namespace

LoadedStates load_states(const repo::Tree& tree, const config::Config& config, facts::FactStore& facts,
                         Diagnostics& diagnostics) {
  return Loader(tree, config, facts, diagnostics).load();
}

std::vector<RepoPath> find_unclaimed(const LoadedStates& loaded) {
  const StateGraph& graph = loaded.graph;
  std::vector<RepoPath> result;
  for (const ScannedDirectory& directory : loaded.scan.directories) {
    const bool is_claimed = graph.claims_all_in(directory.path);
    for (const auto* names : {&directory.configuration, &directory.variables, &directory.others}) {
      // Those of a module that is called are nobody's, and lock files lie among the others.
      if (is_claimed && names != &directory.variables && !directory.has_lock_file) continue;
      for (const std::string& name : *names) {
        RepoPath path = directory.path.child(name);
        if (graph.is_infrastructure(path) && !graph.is_claimed(path)) result.push_back(std::move(path));
      }
    }
  }
  std::sort(result.begin(), result.end());
  return result;
}

}  // namespace statelane::states
